// Fused CPU kernels on plain buffers: objectives whose value and gradient come from one or two passes over the logits.
//
// Nothing here knows libtorch. Every kernel is compiled for several instruction sets and chosen at run time; results do
// not depend on the number of threads. No exception leaves a kernel: its status says how it ended.

#ifndef CKERNELS_H
#define CKERNELS_H

#include <stdbool.h>
#include <stdint.h>

#include "CKernelsDevice.h"
#include "CKernelsNetwork.h"
#include "CKernelsTypes.h"
#include "CKernelsVolumes.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum { CK_LABEL_UINT8, CK_LABEL_INT64 } ck_label_type;

// Logits [B, C, N], labels [B, N], and where the gradient goes: the type and layout of the logits.
typedef struct {
    const void *logits;
    void *gradient;
    const void *labels;
    ck_float_type float_type;
    ck_label_type label_type;
    bool channels_last;    // stored [B, N, C]
    int64_t images;        // B
    int64_t classes;       // C, 2 to CK_MAX_CLASSES
    int64_t pixels;        // N, of one image
    int64_t ignore;        // a label that takes no part; below 0: none
} ck_batch;

#define CK_MAX_CLASSES 120

typedef struct {
    int64_t counted;       // pixels that take part
    int64_t outside;       // labels that are neither classes nor ignored
    double weight;         // sum of the classes' weights over counted pixels; the count where there are none
} ck_label_count;

// The instruction set in use: "avx512", "avx2" or "portable".
const char *ck_instruction_set(void);
// The best of those that the machine has, or an older one for comparisons; returns whether it is there.
bool ck_use_instruction_set(const char *name);

// No kernel, of the networks' either, may ask for more memory in one piece: for tests of what happens where there is none.
// Below 0: no limit.
void ck_limit_memory(int64_t bytes);

// weights: one for each class, or NULL.
ck_status ck_count_labels(const ck_batch *batch, const float *weights, ck_label_count *count);

// The kernels below need labels that ck_count_labels found inside.

// Sums over the counted pixels of an image for each class, from the softmax p and the one-hot labels y.
typedef struct {
    double overlap;        // Σ p y
    double predicted;      // Σ p
    double squared;        // Σ p²
    double noise;          // Σ |p − y|^γ
    double labelled;       // Σ y
} ck_overlap;

// d loss / d p of a pixel: on_label where it has the label, off_label elsewhere, plus 2 · square · p and the noise's term.
typedef struct { float on_label, off_label, square, noise; } ck_overlap_gradient;

// The first of the two passes that losses of overlap take. sums: [B, C]. Squares and noise are only summed for noise_gamma > 0.
// A gradient, float32, is used to keep the softmax for the second.
ck_status ck_overlap_sums(const ck_batch *batch, float noise_gamma, ck_overlap *sums);

// The bound of margin calibration (Eqs. 4, 6-8), smooth: r(x) = 1 / (1 + e^(−x/T)) of the excess x of offset over margin, T the
// temperature. Offsets: one for each class.
typedef struct { const float *rho_k0, *rho_0k; float temperature; } ck_bound_ramp;

// Sums over the counted pixels of an image for each class.
typedef struct {
    double missed;         // Σ r(ρ_k0 − λ_k) over the pixels of the class
    double falsely_taken;  // Σ r(ρ_0k + λ_k) over the others
    double labelled;       // the pixels of the class
} ck_bound;

// d loss / d missed and d loss / d falsely_taken, over the temperature.
typedef struct { float missed, falsely_taken; } ck_bound_cost;

// The first of the two passes that a bound takes. sums: [B, C].
ck_status ck_bound_sums(const ck_batch *batch, const ck_bound_ramp *ramp, ck_bound *sums);

// What an objective is a sum of. Pointers are to one number for each class, or for each image and class where said so.
typedef enum { CK_MARGIN, CK_CROSS_ENTROPY, CK_FOCAL, CK_OVERLAP, CK_BOUND, CK_LOVASZ } ck_term_kind;

// Margin calibration (Eqs. 4, 27-29), summed over pixels and classes; in natural logarithms and exponents, or else binary ones,
// and with the label's term times `own`.
typedef struct { const float *rho_k0, *rho_0k; bool natural; float own; } ck_margin_term;
// Σ −w_y ln softmax(σ (s + b − Δ_y e_y))_y: weights w or NULL for 1, margins Δ or NULL for 0, shifts b or NULL for 0, one of them
// at most; σ, which goes with margins alone, is the sharpness, or else 1.
typedef struct { const float *weights, *margins, *shifts; float sharpness; } ck_cross_entropy_term;
// Σ −(1 − p_y)^γ ln p_y; `detached` leaves the weight (1 − p_y)^γ out of the gradient.
typedef struct { float gamma; bool detached; } ck_focal_term;
// The gradient, through the softmax, of a function of the sums of overlap. coefficients: [B, C]. Its value is known before: 0.
// softmax_is_kept: ck_overlap_sums left it where this gradient goes; then this term must be the first.
typedef struct { const ck_overlap_gradient *coefficients; float noise_gamma; bool softmax_is_kept; } ck_overlap_term;
// The gradient of a function of the sums of a bound. costs: [B, C]. Its value is known before: 0.
typedef struct { ck_bound_ramp ramp; const ck_bound_cost *costs; } ck_bound_term;
// The gradient, through the softmax, of Lovász-softmax. derivatives: as ck_lovasz leaves them.
typedef struct { const float *derivatives; } ck_lovasz_term;

typedef struct {
    ck_term_kind kind;
    double scale;            // of margin, cross-entropy and focal; the others have theirs in their derivatives
    union {
        ck_margin_term margin;
        ck_cross_entropy_term cross_entropy;
        ck_focal_term focal;
        ck_overlap_term overlap;
        ck_bound_term bound;
        ck_lovasz_term lovasz;
    };
} ck_term;

// value: Σ over the terms of scale · value, in one pass. Writes every element of the gradient, where the batch has one: the sum
// of the terms' gradients.
ck_status ck_terms(const ck_batch *batch, const ck_term *terms, int64_t count, double *value);

// value: Lovász-softmax over present classes, averaged over images where `per_image`, times `scale`; 0 where nothing is counted.
// The pixels of an image, or else of the batch, number INT32_MAX at most.
// derivatives: [B, C, N], where d loss / d p goes, up to what is the same for all classes of a pixel, which the softmax takes
// away; the gradient's own memory will do, if that is float32, not channels-last, and this term the first.
ck_status ck_lovasz(const ck_batch *batch, bool per_image, double scale, float *derivatives, double *value);

// How often each class has the largest score where each class is the label, image by image: counts [B, C, C], a row for each
// label; or NULL, and then the labels may be. Of equal scores the first is the largest, and NaN is above every number.
// Ignored pixels are not counted, nor are labels that are no class, whose number is `outside`: nobody need have counted before.
// predicted: where the class of the largest score of each pixel goes, [B, N], ignored ones too; or NULL.
ck_status ck_confusion(const ck_batch *batch, uint8_t *predicted, int64_t *counts, int64_t *outside);

// What no kernel can undercut: reads logits and labels, writes the gradient. For benchmarks.
void ck_memory_floor(const ck_batch *batch);

#ifdef __cplusplus
}
#endif
#endif
