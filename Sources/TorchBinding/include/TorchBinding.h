// libtorch's functions behind the C ABI of CTorch, which finds them here: in a program that contains this library, or in a
// shared one beside it.

#ifndef TORCH_BINDING_H
#define TORCH_BINDING_H

#include "CTorch.h"

#ifdef __cplusplus
extern "C" {
#endif

// The table, which lives as long as the process. Found by its name only, so the linker is told that it is used.
__attribute__((used, visibility("default"))) const ct_functions *_Nonnull ct_torch_functions(void);

#ifdef __cplusplus
}
#endif
#endif
