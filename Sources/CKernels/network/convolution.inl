// A 3×3 convolution and its gradients: by tiles between many channels, directly from few.

inline bool goes_by_tiles(const ck_convolution &s) { return s.inputs % lanes == 0; }

void convolve(const ck_convolution &s, const float *input, const float *weight, const float *bias, float *output) {
    if (goes_by_tiles(s)) {
        convolve_by_tiles(s, input, weight, /*turned*/ false, bias, nullptr, output);
    } else {
        convolve_few_inputs(s, input, weight, bias, output);
    }
}

void convolve_input_gradient(
    const ck_convolution &s, const float *incoming, const float *weight, const float *added, float *gradient) {
    const ck_convolution back{s.images, s.height, s.width, s.outputs, s.inputs};
    convolve_by_tiles(back, incoming, weight, /*turned*/ true, nullptr, added, gradient);
}

void convolve_weight_gradient(const ck_convolution &s, const float *input, const float *incoming, float *gradient) {
    if (goes_by_tiles(s)) {
        weight_gradient_by_tiles(s, input, incoming, gradient);
    } else {
        weight_gradient_of_few_inputs(s, input, incoming, gradient);
    }
}
