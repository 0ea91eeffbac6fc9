// Fused CPU kernels on plain buffers: objectives whose value and gradient come from one or two passes over the logits.
//
// Nothing here knows libtorch. Every kernel is compiled for several instruction sets and chosen at run time; results do
// not depend on the number of threads.

#ifndef CKERNELS_H
#define CKERNELS_H

#include <stdbool.h>
#include <stdint.h>

#include "CKernelsNetwork.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum { CK_FLOAT32, CK_BFLOAT16 } ck_float_type;
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

// weights: one for each class, or NULL.
ck_label_count ck_count_labels(const ck_batch *batch, const float *weights);

// The kernels below need labels that ck_count_labels found inside, and write every element of the gradient.

// Margin calibration (Eqs. 4, 27-29), summed over pixels and classes times `scale`. In the authors' form with natural
// logarithms and the label's term times C.
double ck_margin(const ck_batch *batch, const float *rho_k0, const float *rho_0k, bool authors, double scale);
// Σ −w_y ln softmax_y · scale; weights may be NULL.
double ck_cross_entropy(const ck_batch *batch, const float *weights, double scale);
// The same of the scores σ (s − Δ_y e_y): σ is `sharpness`, Δ the margins, one for each class.
double ck_ldam(const ck_batch *batch, const float *margins, float sharpness, double scale);
// Σ −(1 − p_y)^γ ln p_y · scale; `detached` leaves the weight (1 − p_y)^γ out of the gradient.
double ck_focal(const ck_batch *batch, float gamma, bool detached, double scale);

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

// sums: [B, C]. Squares and noise are only summed for noise_gamma > 0.
void ck_overlap_sums(const ck_batch *batch, float noise_gamma, ck_overlap *sums);
// The gradient through the softmax; coefficients: [B, C].
void ck_overlap_backward(const ck_batch *batch, float noise_gamma, const ck_overlap_gradient *coefficients);

// Lovász-softmax over present classes, averaged over images where `per_image`, times `scale`. 0 where nothing is counted.
// Returns NaN where memory for sorting is not to be had.
double ck_lovasz(const ck_batch *batch, bool per_image, double scale);

// How often each class has the largest score where each class is the label, image by image: counts [B, C, C], a row for each
// label; or NULL, and then the labels may be. Of equal scores the first is the largest, and NaN is above every number.
// Ignored pixels are not counted, nor are labels that are no class, whose number is returned: nobody need have counted before.
// predicted: where the class of the largest score of each pixel goes, [B, N], ignored ones too; or NULL.
int64_t ck_confusion(const ck_batch *batch, uint8_t *predicted, int64_t *counts);

// What no kernel can undercut: reads logits and labels, writes the gradient. For benchmarks.
void ck_memory_floor(const ck_batch *batch);

#ifdef __cplusplus
}
#endif
#endif
