// The objectives' arithmetic for one pixel of C classes, for the compiler of a device and for the host's. CK_INLINE: how a function
// begins there.

// The class of a pixel, below 0 where it takes no part.
template <int C> CK_INLINE int label_of(const ck_device_batch &s, long long at) {
    const long long label = s.wide ? ((const long long *)s.labels)[at] : (long long)((const unsigned char *)s.labels)[at];
    return label == s.ignored || label < 0 || label >= C ? -1 : (int)label;
}

template <int C> CK_INLINE void load(const ck_device_batch &s, long long image, long long pixel, float *x) {
    const float *from = s.logits + image * s.image_stride + pixel * s.pixel_stride;
    for (int k = 0; k < C; k++) x[k] = from[k * s.class_stride];
}

template <int C> CK_INLINE void store(const ck_device_batch &s, long long image, long long pixel, const float *g) {
    float *to = s.gradient + image * s.image_stride + pixel * s.pixel_stride;
    for (int k = 0; k < C; k++) to[k * s.class_stride] = g[k];
}

// The largest of x and Σ exp(x − largest); e: its terms.
template <int C> CK_INLINE void softmax(const float *x, float *e, float &largest, float &total) {
    largest = x[0];
    for (int k = 1; k < C; k++) largest = fmaxf(largest, x[k]);
    total = 0;
    for (int k = 0; k < C; k++) total += e[k] = expf(x[k] - largest);
}

template <int C> CK_INLINE float margin(const ck_device_term &t, const float *x, int label, float *g) {
    const float scale = t.numbers[0], *rho_k0 = t.numbers + 1, *rho_0k = rho_k0 + C;
    float first = x[0], second = first;   // of two classes or more one is the second
    int first_class = 0, second_class = -1;
    for (int k = 1; k < C; k++) {
        if (x[k] > first) {
            second = first;
            second_class = first_class;
            first = x[k];
            first_class = k;
        } else if (second_class < 0 || x[k] > second) {
            second = x[k];
            second_class = k;
        }
    }
    const float unit = t.mode ? 1.44269504f : 1.f, length = t.mode ? 0.693147181f : 1.f;
    float value = 0, others = 0, of_first = 0;
    float d[C];
    for (int k = 0; k < C; k++) {
        const float lambda = x[k] - (k == first_class ? second : first);
        const float excess = (k == label ? rho_k0[k] - lambda : lambda + rho_0k[k]) * unit;
        const float power = exp2f(-fabsf(excess)), weight = k == label ? t.number : 1.f;
        value += weight * length * (fmaxf(excess, 0.f) + log1pf(power) * 1.44269504f);
        const float slope = (excess > 0 ? 1.f : power) / (1.f + power);
        d[k] = (k == label ? -weight : weight) * slope * scale;
        if (k == first_class) of_first = d[k]; else others += d[k];
    }
    for (int k = 0; k < C; k++) {
        g[k] += d[k] - (k == first_class ? others : k == second_class ? of_first : 0.f);
    }
    return value;
}

template <int C> CK_INLINE float cross_entropy(const ck_device_term &t, const float *x, int label, float *g) {
    const float scale = t.numbers[0], *a = t.numbers + 1;
    float z[C], e[C], largest, total, own = 0, weight = 1;
    for (int k = 0; k < C; k++) {
        z[k] = x[k];
        if (t.mode == 2) z[k] = (k == label ? x[k] - a[k] : x[k]) * t.number;
        if (t.mode == 3) z[k] += a[k];
        if (k == label) own = z[k];
    }
    if (t.mode == 1) weight = a[label];
    softmax<C>(z, e, largest, total);
    const float step = scale * weight * t.number;
    for (int k = 0; k < C; k++) g[k] += step * (e[k] / total - (k == label ? 1.f : 0.f));
    return weight * (logf(total) + (largest - own));
}

// With q = 1 − p_y: d/ds_k of −q^γ ln p_y is A (δ_ky − p_k), A = γ p_y q^(γ−1) ln p_y − q^γ.
template <int C> CK_INLINE float focal(const ck_device_term &t, const float *x, int label, float *g) {
    float e[C], largest, total, own = 0, others = 0, score = 0;
    softmax<C>(x, e, largest, total);
    for (int k = 0; k < C; k++) {
        if (k == label) own = e[k]; else others += e[k];
        if (k == label) score = x[k];
    }
    const float p = own / total, q = others / total, log_p = (score - largest) - logf(total);
    const float weight = t.number == 0 ? 1.f : powf(q, t.number);
    float a = -weight;
    if (!t.mode && t.number != 0) a += t.number * p * weight * (q > 1e-30f ? log_p / q : -1.f);
    a *= t.numbers[0];
    for (int k = 0; k < C; k++) g[k] += a * ((k == label ? 1.f : 0.f) - e[k] / total);
    return -weight * log_p;
}

template <int C> CK_INLINE double terms_of(const ck_device_terms &s, long long image, long long pixel) {
    const int label = label_of<C>(s.batch, image * s.batch.pixels + pixel);
    float x[C], g[C];
    for (int k = 0; k < C; k++) g[k] = 0;
    double value = 0;
    if (label >= 0) {
        load<C>(s.batch, image, pixel, x);
        for (int i = 0; i < s.count; i++) {
            const ck_device_term &t = s.terms[i];
            const float own = t.kind == 0 ? margin<C>(t, x, label, g)
                : t.kind == 1 ? cross_entropy<C>(t, x, label, g) : focal<C>(t, x, label, g);
            value += (double)t.numbers[0] * own;
        }
    }
    if (s.batch.gradient) store<C>(s.batch, image, pixel, g);
    return value;
}

// Adds Σ p y and Σ p of a pixel to [C][2].
template <int C> CK_INLINE void overlap_of(const ck_device_batch &s, long long image, long long pixel, float *sums) {
    const int label = label_of<C>(s, image * s.pixels + pixel);
    if (label < 0) return;
    float x[C], e[C], largest, total;
    load<C>(s, image, pixel, x);
    softmax<C>(x, e, largest, total);
    for (int k = 0; k < C; k++) {
        sums[2 * k] += k == label ? e[k] / total : 0.f;
        sums[2 * k + 1] += e[k] / total;
    }
}

// d loss / d s_k = p_k (v_k − Σ_j p_j v_j), v = d loss / d p.
template <int C> CK_INLINE void overlap_gradient_of(const ck_device_overlap &s, long long image, long long pixel) {
    const int label = label_of<C>(s.batch, image * s.batch.pixels + pixel);
    float x[C], e[C], g[C], largest, total, mean = 0;
    for (int k = 0; k < C; k++) g[k] = 0;
    if (label >= 0) {
        load<C>(s.batch, image, pixel, x);
        softmax<C>(x, e, largest, total);
        for (int k = 0; k < C; k++) {
            const float *slope = s.slopes + (image * C + k) * 2;
            g[k] = slope[1] + (k == label ? slope[0] : 0.f);
            mean += e[k] / total * g[k];
        }
        for (int k = 0; k < C; k++) g[k] = e[k] / total * (g[k] - mean);
    }
    store<C>(s.batch, image, pixel, g);
}
