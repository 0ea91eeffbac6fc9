// What the device's kernels take. The compiler of the device reads this too, and no other header.

#ifndef CKERNELS_DEVICE_TYPES_H
#define CKERNELS_DEVICE_TYPES_H

// A term of an objective whose pixels stand each alone.
typedef struct {
    int kind;              // 0 margin, 1 cross-entropy, 2 focal
    int mode;              // margin: 1 for natural logarithms; cross-entropy: what a is, 0 none, 1 weights, 2 margins, 3 shifts;
                           // focal: 1 for a weight that is left out of the gradient
    float number;          // margin: the weight of the label's term; cross-entropy: the sharpness; focal: the exponent
    const float *numbers;  // the scale of value and gradient, then those that the term has of a [C] and b [C]; margin: rho_k0, rho_0k
} ck_device_term;

// Logits [images, C, pixels] at these strides, in elements, and a gradient at the same.
typedef struct {
    const float *logits;
    float *gradient;       // 0 for none
    const void *labels;    // [images, pixels], unsigned char or, where `wide`, long long
    long long image_stride, class_stride, pixel_stride, images, pixels;
    long long ignored;     // a label that takes no part, as those that are no class
    int wide;
} ck_device_batch;

typedef struct {
    ck_device_batch batch;
    int count;
    ck_device_term terms[8];
} ck_device_terms;

// The sums of overlap of each image and class over its pixels that take part, or, from d loss / d sums, the gradient.
typedef struct {
    ck_device_batch batch;
    const float *slopes;   // [images, C, 2]
} ck_device_overlap;

#endif
