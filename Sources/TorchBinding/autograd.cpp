// Gradients: the graph, its modes, and the hooks for values that bring their own gradient or backward pass.

#include "guarded.h"

#include <ATen/autocast_mode.h>
#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/csrc/autograd/engine.h>
#include <torch/csrc/autograd/functions/utils.h>
#include <torch/csrc/autograd/graph_task.h>

#include <memory>
#include <stdexcept>
#include <type_traits>
#include <utility>

static ct_result set_requires_grad(ct_tensor self, bool on) {
    return ct::guarded([&] { ct::get(self).requires_grad_(on); });
}

static bool requires_grad(ct_tensor self) { return ct::get(self).requires_grad(); }

static ct_result backward(ct_tensor self, ct_tensor gradient, bool keep_graph) {
    return ct::guarded([&] {
        ct::get(self).backward(gradient.impl ? ct::get(gradient) : at::Tensor(), keep_graph);
    });
}

static ct_result grad(ct_tensor self, ct_tensor *out) {
    return ct::guarded([&] {
        const auto &gradient = ct::get(self).grad();
        if (gradient.defined()) {
            ct::give(out, at::Tensor(gradient));
        } else {
            out->impl = nullptr;
        }
    });
}

static ct_result set_grad(ct_tensor self, ct_tensor gradient) {
    return ct::guarded([&] {
        const auto &tensor = ct::get(self);
        // libtorch takes any; the optimiser would then fail far from here.
        TORCH_CHECK_VALUE(
            !gradient.impl || ct::get(gradient).sizes() == tensor.sizes(), "the gradient has shape ",
            ct::get(gradient).sizes(), ", its tensor ", tensor.sizes());
        tensor.mutable_grad() = gradient.impl ? ct::get(gradient) : at::Tensor();
    });
}

namespace {

// How the graph holds its nodes: by shared_ptr in libtorch 2.11 and 2.12, by intrusive_ptr later.
using NodePointer = decltype(torch::autograd::Edge::function);

template <typename Node, typename... Arguments> NodePointer make_node(Arguments &&...arguments) {
    if constexpr (std::is_base_of_v<c10::intrusive_ptr_target, Node>) {
        return c10::make_intrusive<Node>(std::forward<Arguments>(arguments)...);
    } else {
        return std::make_shared<Node>(std::forward<Arguments>(arguments)...);
    }
}

// A node like those of autograd's own functions: what custom_function.h puts around one takes a third as long as the kernel of
// a small batch.
class KnownGradient : public torch::autograd::Node {
    at::Tensor gradient;

  public:
    explicit KnownGradient(const at::Tensor &gradient) : gradient(gradient) {}

    torch::autograd::variable_list apply(torch::autograd::variable_list &&incoming) override {
        const std::lock_guard<std::mutex> lock(mutex_);
        TORCH_CHECK(gradient.defined(), torch::autograd::ERR_BACKWARD_TWICE);
        if (!incoming[0].defined()) return {at::Tensor()};
        // A loss that nothing follows gets 1: a pass over memory that would change nothing.
        const auto &factor = incoming[0];
        // Without a type: libtorch 2.11 exports the accessors by types under names that newer compilers mangle otherwise.
        const bool is_one = factor.is_cpu() && factor.scalar_type() == at::kFloat &&
                            *static_cast<const float *>(factor.const_data_ptr()) == 1;
        if (is_one) return {gradient};
        // What a second walk will want stays.
        return {torch::autograd::get_current_graph_task_keep_graph() ? gradient.mul(factor) : gradient.mul_(factor)};
    }

    void release_variables() override {
        const std::lock_guard<std::mutex> lock(mutex_);
        gradient.reset();
    }
};

} // namespace

static ct_result attach_gradient(ct_tensor value, ct_tensor input, ct_tensor gradient, ct_tensor *out) {
    return ct::guarded([&] {
        TORCH_CHECK_VALUE(ct::get(value).dim() == 0, "the value must be a scalar, found shape ", ct::get(value).sizes());
        TORCH_CHECK_VALUE(
            ct::get(gradient).sizes() == ct::get(input).sizes(), "the gradient has shape ", ct::get(gradient).sizes(),
            ", its input ", ct::get(input).sizes());
        const auto result = ct::get(value).variable_data();
        if (c10::GradMode::is_enabled() && ct::get(input).requires_grad()) {
            auto node = make_node<KnownGradient>(ct::get(gradient));
            node->set_next_edges(torch::autograd::collect_next_edges(ct::get(input)));
            torch::autograd::set_history(result, node);
        }
        ct::give(out, at::Tensor(result));
    });
}

namespace {

// A backward pass that somebody else runs, with all that it keeps.
class ForeignPass : public torch::CustomClassHolder {
    ct_backward_pass pass;

  public:
    explicit ForeignPass(ct_backward_pass pass) : pass(pass) {}
    ~ForeignPass() override { release(); }

    torch::autograd::variable_list run(at::Tensor &&incoming, size_t inputs) {
        TORCH_CHECK(pass.context, torch::autograd::ERR_BACKWARD_TWICE);
        ct_tensor handle{};
        ct::give(&handle, std::move(incoming));
        std::vector<ct_tensor> made(inputs);
        ct_result error = pass.run(pass.context, handle, made.data());
        torch::autograd::variable_list gradients(inputs);
        for (size_t i = 0; i < inputs; i++) {
            if (made[i].impl) gradients[i] = ct::take(made[i]);
        }
        if (error) {
            const std::unique_ptr<const ct_error> owned(error);
            TORCH_CHECK_WITH(OutOfMemoryError, error->kind != CT_ERROR_OUT_OF_MEMORY, error->message);
            throw std::runtime_error(error->message);
        }
        return gradients;
    }

    void release() {
        if (pass.context) pass.release(pass.context);
        pass.context = nullptr;
    }
};

struct ForeignFunction : public torch::autograd::Function<ForeignFunction> {
    // Autograd takes every tensor among the arguments for an input; the value is none.
    struct Result {
        at::Tensor value;
        c10::intrusive_ptr<ForeignPass> pass;
    };

    static at::Tensor forward(torch::autograd::AutogradContext *context, at::TensorList inputs, const Result &result) {
        context->saved_data["inputs"] = static_cast<int64_t>(inputs.size());
        context->saved_data["pass"] = c10::IValue::make_capsule(result.pass);
        return result.value.variable_data();
    }

    static torch::autograd::variable_list backward(
        torch::autograd::AutogradContext *context, torch::autograd::variable_list incoming) {
        const auto inputs = static_cast<size_t>(context->saved_data["inputs"].toInt());
        auto pass = c10::static_intrusive_pointer_cast<ForeignPass>(context->saved_data["pass"].toCapsule());
        auto gradients = pass->run(std::move(incoming[0]), inputs);
        // What was saved goes as soon as a graph that is not kept has been walked.
        if (!torch::autograd::get_current_graph_task_keep_graph()) pass->release();
        gradients.emplace_back();   // of `result`
        return gradients;
    }
};

} // namespace

static ct_result error_new(ct_error_kind kind, const char *message) { return ct::make_error(kind, message); }

static ct_result attach_backward(
    ct_tensor value, const ct_tensor *inputs, size_t count, ct_backward_pass pass, ct_tensor *out) {
    return ct::guarded([&] {
        auto foreign = c10::make_intrusive<ForeignPass>(pass);
        const auto tensors = ct::list(inputs, count);
        ct::give(out, ForeignFunction::apply(at::TensorList(tensors), ForeignFunction::Result{ct::get(value), foreign}));
    });
}

static bool grad_mode_set(bool on) {
    const bool before = c10::GradMode::is_enabled();
    c10::GradMode::set_enabled(on);
    return before;
}

static bool grad_mode_get(void) { return c10::GradMode::is_enabled(); }

static void *inference_begin(bool on) { return new c10::InferenceMode(on); }
static void inference_end(void *guard) { delete static_cast<c10::InferenceMode *>(guard); }

namespace {

// Autocast on a device for as long as it lives; what holds around it, be that another of its kind, comes back afterwards.
struct Autocast {
    const at::DeviceType type;
    const bool was_enabled;
    const at::ScalarType dtype_before;

    Autocast(at::DeviceType type, at::ScalarType dtype)
        : type(type), was_enabled(at::autocast::is_autocast_enabled(type)),
          dtype_before(at::autocast::get_autocast_dtype(type)) {
        at::autocast::set_autocast_dtype(type, dtype);
        at::autocast::set_autocast_enabled(type, true);
        at::autocast::increment_nesting();
    }

    ~Autocast() {
        // The copies of the weights in the narrow type are good for one pass only.
        if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
        at::autocast::set_autocast_enabled(type, was_enabled);
        at::autocast::set_autocast_dtype(type, dtype_before);
    }
};

} // namespace

static void *autocast_begin(ct_device device, ct_dtype dtype) {
    return new Autocast(ct::device(device).type(), ct::scalar_type(dtype));
}
static void autocast_end(void *guard) { delete static_cast<Autocast *>(guard); }

void ct::add_autograd(ct_functions &table) {
    table.set_requires_grad = set_requires_grad;
    table.requires_grad = requires_grad;
    table.backward = backward;
    table.grad = grad;
    table.set_grad = set_grad;
    table.attach_gradient = attach_gradient;
    table.error_new = error_new;
    table.attach_backward = attach_backward;
    table.grad_mode_set = grad_mode_set;
    table.grad_mode_get = grad_mode_get;
    table.inference_begin = inference_begin;
    table.inference_end = inference_end;
    table.autocast_begin = autocast_begin;
    table.autocast_end = autocast_end;
}
