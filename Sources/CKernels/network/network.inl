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
#include "volume_shapes.inl"
#include "volume_transforms.inl"
#include "volume_weights.inl"
#include "volume_tiles.inl"
#include "volume_weight_gradient.inl"
#include "volume_gathering.inl"
#include "volume_operands.inl"
#include "volume_direct.inl"
#include "volume_head.inl"
#include "volumes.inl"

template <typename Element> constexpr NetworkTable<Element> table_for = {
    convolve<Element>,
    convolve_input_gradient<Element>,
    convolve_weight_gradient<Element>,
    score<Element>,
    score_backward<Element>,
    mix<Element>,
    mix_backward<Element>,
    normalize<Element>,
    excite<Element>,
    activate<Element>,
    activate_backward<Element>,
    pool<Element>,
    pool_backward<Element>,
    enlarge<Element>,
    enlarge_backward<Element>,
    copy_channels<Element>,
    convolve_volume<Element>,
    convolve_volume_input_gradient<Element>,
    convolve_volume_weight_gradient<Element>,
    channel_sums<Element>,
    head_scores<Element>,
    head_backward<Element>,
};

#define CK_NAME_(isa) #isa
#define CK_NAME(isa) CK_NAME_(isa)

} // namespace
} // namespace ck::CK_ISA

#define CK_NETWORK_(isa) isa##_network
#define CK_NETWORK(isa) CK_NETWORK_(isa)

namespace ck {

extern const NetworkTables CK_NETWORK(CK_ISA) = {
    CK_NAME(CK_ISA), CK_ISA::table_for<float>, CK_ISA::table_for<BFloat16>};

} // namespace ck
