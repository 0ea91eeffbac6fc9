// The network's kernels of one instruction set, CK_ISA, with room for CK_ACCUMULATORS vectors beside the operands of a
// product: included once for each, under that set's target attribute.

#pragma clang fp contract(fast)
#pragma clang diagnostic ignored "-Wpsabi"

namespace ck::CK_ISA {
namespace {

#include "images.inl"
#include "matrices.inl"
#include "winograd.inl"
#include "direct.inl"
#include "convolution.inl"
#include "mixing.inl"
#include "normalization.inl"
#include "excitation.inl"
#include "activation.inl"
#include "resolution.inl"

#define CK_NAME_(isa) #isa
#define CK_NAME(isa) CK_NAME_(isa)

} // namespace
} // namespace ck::CK_ISA

#define CK_NETWORK_(isa) isa##_network
#define CK_NETWORK(isa) CK_NETWORK_(isa)

namespace ck {

extern const NetworkTable CK_NETWORK(CK_ISA) = {
    CK_NAME(CK_ISA),
    CK_ISA::convolve,
    CK_ISA::convolve_input_gradient,
    CK_ISA::convolve_weight_gradient,
    CK_ISA::score,
    CK_ISA::score_backward,
    CK_ISA::mix,
    CK_ISA::mix_backward,
    CK_ISA::normalize,
    CK_ISA::excite,
    CK_ISA::activate,
    CK_ISA::activate_backward,
    CK_ISA::pool,
    CK_ISA::pool_backward,
    CK_ISA::enlarge,
    CK_ISA::enlarge_backward,
    CK_ISA::copy_channels,
};

} // namespace ck
