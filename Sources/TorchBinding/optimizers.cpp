// libtorch's fused optimiser steps: all parameters in one call.

#include "guarded.h"

#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/_fused_sgd.h>

static ct_result fused_adamw(
    const ct_tensor *parameters, const ct_tensor *gradients, const ct_tensor *first_moments, const ct_tensor *second_moments,
    const ct_tensor *steps, size_t count, double learning_rate, double beta1, double beta2, double weight_decay, double epsilon) {
    return ct::guarded([&] {
        const auto step_list = ct::list(steps, count);
        at::_foreach_add_(step_list, 1);
        at::_fused_adamw_(
            ct::list(parameters, count), ct::list(gradients, count), ct::list(first_moments, count),
            ct::list(second_moments, count), /*max_exp_avg_sqs=*/{}, step_list, learning_rate, beta1, beta2, weight_decay,
            epsilon, /*amsgrad=*/false, /*maximize=*/false);
    });
}

static ct_result fused_sgd(
    const ct_tensor *parameters, const ct_tensor *gradients, const ct_tensor *momentum_buffers, size_t count,
    double learning_rate, double momentum, double weight_decay, bool nesterov) {
    return ct::guarded([&] {
        at::_fused_sgd_(
            ct::list(parameters, count), ct::list(gradients, count), ct::list(momentum_buffers, momentum == 0 ? 0 : count),
            weight_decay, momentum, learning_rate, /*dampening=*/0, nesterov, /*maximize=*/false, /*is_first_step=*/false);
    });
}

void ct::add_optimizers(ct_functions &table) {
    table.fused_adamw = fused_adamw;
    table.fused_sgd = fused_sgd;
}
