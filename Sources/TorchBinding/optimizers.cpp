// libtorch's fused optimiser steps: all parameters in one call.

#include "guarded.h"

#include <ATen/ops/_amp_update_scale.h>
#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_foreach_sub.h>
#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/_fused_sgd.h>

static ct_result fused_adamw(
    const ct_tensor *parameters, const ct_tensor *gradients, const ct_tensor *first_moments, const ct_tensor *second_moments,
    const ct_tensor *steps, size_t count, double learning_rate, ct_tensor rate, double beta1, double beta2, double weight_decay,
    double epsilon, ct_tensor divisor, ct_tensor is_held) {
    return ct::guarded([&] {
        const auto step_list = ct::list(steps, count);
        at::_foreach_add_(step_list, 1);
        if (is_held.impl) at::_foreach_sub_(step_list, std::vector<at::Tensor>(count, ct::get(is_held)));
        const auto step = [&](const auto &learning_rate) {
            at::_fused_adamw_(
                ct::list(parameters, count), ct::list(gradients, count), ct::list(first_moments, count),
                ct::list(second_moments, count), /*max_exp_avg_sqs=*/{}, step_list, learning_rate, beta1, beta2, weight_decay,
                epsilon, /*amsgrad=*/false, /*maximize=*/false, ct::get_optional(divisor), ct::get_optional(is_held));
        };
        if (rate.impl) step(ct::get(rate)); else step(learning_rate);
    });
}

static ct_result fused_sgd(
    const ct_tensor *parameters, const ct_tensor *gradients, const ct_tensor *momentum_buffers, size_t count,
    double learning_rate, ct_tensor rate, double momentum, double weight_decay, bool nesterov, ct_tensor divisor,
    ct_tensor is_held) {
    return ct::guarded([&] {
        const auto step = [&](const auto &learning_rate) {
            at::_fused_sgd_(
                ct::list(parameters, count), ct::list(gradients, count), ct::list(momentum_buffers, momentum == 0 ? 0 : count),
                weight_decay, momentum, learning_rate, /*dampening=*/0, nesterov, /*maximize=*/false, /*is_first_step=*/false,
                ct::get_optional(divisor), ct::get_optional(is_held));
        };
        if (rate.impl) step(ct::get(rate)); else step(learning_rate);
    });
}

static ct_result update_loss_scale(ct_tensor scale, ct_tensor steps_since, ct_tensor overflowed, int64_t interval) {
    return ct::guarded([&] {
        at::_amp_update_scale_(
            ct::get(scale), ct::get(steps_since), ct::get(overflowed), /*growth*/ 2, /*backoff*/ 0.5, interval);
    });
}

void ct::add_optimizers(ct_functions &table) {
    table.update_loss_scale = update_loss_scale;
    table.fused_adamw = fused_adamw;
    table.fused_sgd = fused_sgd;
}
