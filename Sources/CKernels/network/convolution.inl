// A 3×3 convolution and its gradients: by tiles between many channels, directly from few.

inline bool goes_by_tiles(const ck_convolution &s) { return s.inputs % lanes == 0; }

template <typename Element>
void convolve(const ck_convolution &s, const Element *input, const float *weight, const float *bias, Element *output) {
    if (goes_by_tiles(s)) {
        convolve_by_tiles<Element>(s, input, weight, /*turned*/ false, bias, nullptr, output);
    } else {
        convolve_few_inputs(s, input, weight, bias, output);
    }
}

template <typename Element>
void convolve_input_gradient(
    const ck_convolution &s, const Element *incoming, const float *weight, const Element *added, Element *gradient) {
    const ck_convolution back{s.storage, s.images, s.height, s.width, s.outputs, s.inputs};
    convolve_by_tiles(back, incoming, weight, /*turned*/ true, nullptr, added, gradient);
}

template <typename Element>
void convolve_weight_gradient(const ck_convolution &s, const Element *input, const Element *incoming, float *gradient) {
    if (goes_by_tiles(s)) {
        weight_gradient_by_tiles(s, input, incoming, gradient);
    } else {
        weight_gradient_of_few_inputs(s, input, incoming, gradient);
    }
}
