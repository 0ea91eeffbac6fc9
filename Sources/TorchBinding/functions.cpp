// The table.

#include "guarded.h"

#include <torch/headeronly/version.h>

#include "include/TorchBinding.h"

const ct_functions *ct_torch_functions(void) {
    static const ct_functions functions = [] {
        ct_functions table{};
        table.size = sizeof table;
        table.version = TORCH_VERSION;
        ct::add_library(table);
        ct::add_tensor(table);
        ct::add_transfers(table);
        ct::add_graphs(table);
        ct::add_kernels(table);
        ct::add_pointwise(table);
        ct::add_processes(table);
        ct::add_reduce(table);
        ct::add_shape(table);
        ct::add_network(table);
        ct::add_random(table);
        ct::add_autograd(table);
        ct::add_optimizers(table);
        return table;
    }();
    return &functions;
}
