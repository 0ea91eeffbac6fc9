// The kernels around the arithmetic of a pixel. Each thread takes every so manyeth pixel; a block adds up what its threads found in an
// order of its own.

template <typename Number> __device__ Number sum_of_block(Number own, Number *shared) {
    shared[threadIdx.x] = own;
    for (int half = blockDim.x / 2; half > 0; half /= 2) {
        __syncthreads();
        if (threadIdx.x < half) shared[threadIdx.x] += shared[threadIdx.x + half];
    }
    __syncthreads();
    const Number sum = shared[0];
    __syncthreads();
    return sum;
}

extern "C" __global__ void ck_terms(const ck_device_terms s, double *values) {
    __shared__ double shared[CK_THREADS];
    double own = 0;
    const long long count = s.batch.images * s.batch.pixels, step = (long long)gridDim.x * blockDim.x;
    for (long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x; i < count; i += step) {
        own += terms_of<CK_CLASSES>(s, i / s.batch.pixels, i % s.batch.pixels);
    }
    const double sum = sum_of_block(own, shared);
    if (threadIdx.x == 0) values[blockIdx.x] = sum;
}

extern "C" __global__ void ck_overlap_sums(const ck_device_overlap s, float *sums) {
    __shared__ float shared[CK_THREADS];
    float own[2 * CK_CLASSES];
    for (int q = 0; q < 2 * CK_CLASSES; q++) own[q] = 0;
    const long long step = (long long)gridDim.x * blockDim.x;
    for (long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x; i < s.batch.pixels; i += step) {
        overlap_of<CK_CLASSES>(s.batch, blockIdx.y, i, own);
    }
    float *to = sums + ((long long)blockIdx.y * gridDim.x + blockIdx.x) * 2 * CK_CLASSES;
    for (int q = 0; q < 2 * CK_CLASSES; q++) {
        const float sum = sum_of_block(own[q], shared);
        if (threadIdx.x == 0) to[q] = sum;
    }
}

extern "C" __global__ void ck_overlap_gradient(const ck_device_overlap s) {
    const long long step = (long long)gridDim.x * blockDim.x;
    for (long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x; i < s.batch.pixels; i += step) {
        overlap_gradient_of<CK_CLASSES>(s, blockIdx.y, i);
    }
}
