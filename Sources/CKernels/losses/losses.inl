// All kernels of one instruction set, CK_ISA: included once for each, under that set's target attribute.
//
// Sixteen pixels stand in a vector of the compiler's; it lowers them to one, two or four registers. Fused
// multiply-add is left to the compiler, which has it only where the instruction set has.

#pragma clang fp contract(fast)
// Vectors are only passed between functions of this file, which agree on how.
#pragma clang diagnostic ignored "-Wpsabi"

namespace ck::CK_ISA {
namespace {

#include "vectors.inl"
#include "tiles.inl"
#include "labels.inl"
#include "margin.inl"
#include "bound.inl"
#include "softmax.inl"
#include "cross_entropy.inl"
#include "overlap.inl"
#include "lovasz.inl"
#include "terms.inl"
#include "confusion.inl"

#define CK_NAME_(isa) #isa
#define CK_NAME(isa) CK_NAME_(isa)

} // namespace
} // namespace ck::CK_ISA

#define CK_TABLE_(isa) isa##_table
#define CK_TABLE(isa) CK_TABLE_(isa)

namespace ck {

extern const Table CK_TABLE(CK_ISA) = {
    CK_NAME(CK_ISA), CK_ISA::count_labels, CK_ISA::overlap_sums, CK_ISA::bound_sums, CK_ISA::terms, CK_ISA::lovasz,
    CK_ISA::confusion, CK_ISA::memory_floor,
};

} // namespace ck
