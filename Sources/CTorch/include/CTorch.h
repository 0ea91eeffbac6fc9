// The C ABI over libtorch: a table of functions, and the way to find it.
//
// The functions stand in a library of their own, TorchBinding, the only one that is linked against libtorch. A program
// that contains TorchBinding calls them in itself; one that does not, loads it with the first call: so what needs no
// tensor does not wait for libtorch.
//
// Rules of every function in the table:
// - it never lets a C++ exception out; it returns NULL, or an owned `ct_error` that the caller frees;
// - results come back by out-parameter and are owned by the caller (`tensor_free`, `generator_free`);
// - on an error the out-parameters are not written;
// - arrays are pointer + count; booleans are C `bool`; dtypes and devices are the enumerations below.

#ifndef CTORCH_H
#define CTORCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma clang assume_nonnull begin

// MARK: Handles and enumerations

typedef struct ct_error ct_error;
typedef ct_error *_Nullable ct_result;                   // NULL, or an owned error
typedef struct { void *_Nullable impl; } ct_tensor;      // at::Tensor *; impl == NULL stands for "no tensor" where allowed
typedef struct { void *_Nullable impl; } ct_generator;   // at::Generator *
typedef struct ct_host_copy ct_host_copy;                // a tensor's elements on their way to the host
typedef struct ct_graph ct_graph;                        // work that a CUDA device recorded
typedef struct ct_group ct_group;                        // this process among those that train together
typedef struct ct_reducer ct_reducer;                    // the mean of their gradients

typedef enum {
    CT_ERROR_RUNTIME = 0,     // c10::Error of no closer kind: shapes, dtypes, broken preconditions
    CT_ERROR_INDEX,
    CT_ERROR_VALUE,
    CT_ERROR_TYPE,
    CT_ERROR_NOT_IMPLEMENTED,
    CT_ERROR_OUT_OF_MEMORY,
    CT_ERROR_DEVICE,
    CT_ERROR_UNKNOWN,
} ct_error_kind;

// Values are c10::ScalarType's.
typedef enum {
    CT_UINT8 = 0,
    CT_INT32 = 3,
    CT_INT64 = 4,
    CT_FLOAT16 = 5,
    CT_FLOAT32 = 6,
    CT_FLOAT64 = 7,
    CT_BOOL = 11,
    CT_BFLOAT16 = 15,
} ct_dtype;

typedef enum { CT_CPU = 0, CT_CUDA = 1, CT_MPS = 2 } ct_device_type;
typedef struct { ct_device_type type; int32_t index; } ct_device;

typedef enum { CT_CONTIGUOUS = 0, CT_CHANNELS_LAST = 1, CT_CHANNELS_LAST_3D = 2 } ct_memory_format;

typedef enum {
    CT_NEG, CT_ABS, CT_EXP, CT_LOG, CT_LOG2, CT_LOG1P, CT_SQRT, CT_SIGMOID, CT_TANH, CT_RELU, CT_SOFTPLUS,
    CT_FLOOR, CT_ROUND, CT_ISFINITE, CT_LOGICAL_NOT,
} ct_unary;
typedef enum {
    CT_ADD, CT_SUB, CT_MUL, CT_DIV, CT_POW, CT_MAXIMUM, CT_MINIMUM,
    CT_EQ, CT_NE, CT_LT, CT_LE, CT_GT, CT_GE, CT_LOGICAL_AND, CT_LOGICAL_OR,
} ct_binary;
typedef enum { CT_SUM, CT_MEAN, CT_AMAX, CT_AMIN, CT_LOGSUMEXP } ct_reduction;
typedef enum { CT_PAD_CONSTANT, CT_PAD_REPLICATE, CT_PAD_REFLECT } ct_pad_mode;

// Where a process of a group finds the others. Whoever serves keeps the store, in which they meet, at host and port.
typedef struct {
    const char *host;
    uint16_t port;
    bool serves;
    const char *prefix;                // of the keys in the store
    const char *_Nullable interface;   // of the network; NULL: the one that the host's own name leads to
    int32_t rank, size;
    double timeout;                    // seconds that one waits for another
} ct_group_place;

// The backward pass of a function of several inputs. `run` takes ownership of the incoming gradient, and fills one
// gradient for each input with a tensor that the caller will own, or {NULL} for none. It returns NULL or an owned error.
// `release` is called once, when nobody can ask for the pass again.
typedef struct {
    void *_Nullable context;
    ct_result (*_Nonnull run)(void *_Nullable context, ct_tensor incoming, ct_tensor *gradients);
    void (*_Nonnull release)(void *_Nullable context);
} ct_backward_pass;

// Since counting began.
typedef struct {
    int64_t waits;     // the host waited for a device, or would have if the tensor were not on the CPU
    int64_t uploads;   // tensors made of bytes of the host that wait for the copy
} ct_transfers;

// MARK: The table

typedef struct __attribute__((swift_attr("@Sendable"))) {
    // The size of this table and libtorch's version, as the binding was built: `ct_load` takes no other.
    size_t size;
    const char *version;

    // Errors

    ct_error_kind (*_Nonnull error_get_kind)(const ct_error *error);
    const char *_Nonnull (*_Nonnull error_get_message)(const ct_error *error);
    void (*_Nonnull error_free)(ct_error *error);
    // For callbacks that fail: of the kind CT_ERROR_RUNTIME or CT_ERROR_OUT_OF_MEMORY.
    ct_result (*_Nonnull error_new)(ct_error_kind kind, const char *message);

    // Library and devices

    ct_result (*_Nonnull set_threads)(int32_t count);
    int32_t (*_Nonnull get_threads)(void);
    // The widest instruction set that libtorch's own kernels use here, such as AVX2 or AVX512.
    const char *_Nonnull (*_Nonnull cpu_capability)(void);
    void (*_Nonnull set_deterministic)(bool on);
    bool (*_Nonnull get_deterministic)(void);
    // Whether CUDA devices may multiply float32 with 10 bits of mantissa.
    ct_result (*_Nonnull set_tf32)(bool on);
    // Loads what the device needs and proves that one tensor can live there.
    ct_result (*_Nonnull device_prepare)(ct_device device);
    // Memory that nobody has taken.
    ct_result (*_Nonnull device_free_bytes)(ct_device device, int64_t *out);

    // Kernels of a source in CUDA's language, compiled with -DCK_CLASSES=classes

    // For tests on machines without a device: an architecture such as sm_90, and NVRTC's file; the size of the machine code.
    ct_result (*_Nonnull kernel_compile)(const char *source, int32_t classes, const char *architecture, const char *_Nullable library, int64_t *byte_count);
    // Compiled for the device at the first call with this source, which lives as long as the process, and started on its current
    // stream. blocks: along x and y. arguments: the address of each.
    ct_result (*_Nonnull kernel_launch)(ct_device device, const char *source, int32_t classes, const char *name, const int32_t *blocks, int32_t threads, const void *_Nonnull const *_Nonnull arguments);

    // Graphs: what this thread gives a CUDA device between `graph_begin` and `graph_end` is recorded and not done; the generators are
    // those that it draws from. Memory that it takes meanwhile is the graph's. To free one that has not ended gives up the recording.
    ct_result (*_Nonnull graph_begin)(ct_device device, const ct_generator *generators, size_t count, ct_graph *_Nullable *_Nonnull out);
    ct_result (*_Nonnull graph_end)(ct_graph *_Nonnull self);
    ct_result (*_Nonnull graph_replay)(ct_graph *_Nonnull self);
    void (*_Nonnull graph_free)(ct_graph *_Nonnull self);

    // Tensors

    ct_result (*_Nonnull tensor_empty)(const int64_t *sizes, size_t dim, ct_dtype dtype, ct_device device, ct_tensor *out);
    ct_result (*_Nonnull tensor_full)(const int64_t *sizes, size_t dim, double value, ct_dtype dtype, ct_device device, ct_tensor *out);
    ct_result (*_Nonnull tensor_arange)(int64_t end, ct_dtype dtype, ct_device device, ct_tensor *out);
    // Copies `byte_count` bytes of row-major elements; the count must be exactly that of the shape, and no bytes need no address.
    ct_result (*_Nonnull tensor_from_bytes)(const void *_Nullable bytes, size_t byte_count, const int64_t *sizes, size_t dim, ct_dtype dtype, ct_tensor *out);
    // Copies the elements out in row-major order, from any device and layout.
    ct_result (*_Nonnull tensor_to_bytes)(ct_tensor self, void *_Nullable bytes, size_t byte_count);
    // As tensor_from_bytes, on a device: the copy is under way from memory of its own when this returns.
    ct_result (*_Nonnull upload)(const void *_Nullable bytes, size_t byte_count, const int64_t *sizes, size_t dim, ct_dtype dtype, ct_device device, ct_tensor *out);
    // The elements as they are when the device gets there; only reading waits for it.
    ct_result (*_Nonnull host_copy_begin)(ct_tensor self, ct_host_copy *_Nullable *_Nonnull out);
    ct_result (*_Nonnull host_copy_read)(ct_host_copy *self, void *_Nullable bytes, size_t byte_count);
    void (*_Nonnull host_copy_free)(ct_host_copy *self);
    // On one thread, not nested; the backward passes that it asks for are counted too, wherever they run.
    ct_result (*_Nonnull transfers_begin)(void);
    ct_transfers (*_Nonnull transfers_end)(void);
    ct_result (*_Nonnull tensor_alias)(ct_tensor self, ct_tensor *out);
    void (*_Nonnull tensor_free)(ct_tensor self);

    int64_t (*_Nonnull tensor_dim)(ct_tensor self);
    int64_t (*_Nonnull tensor_size)(ct_tensor self, int64_t axis);
    int64_t (*_Nonnull tensor_stride)(ct_tensor self, int64_t axis);
    ct_dtype (*_Nonnull tensor_dtype)(ct_tensor self);
    ct_device (*_Nonnull tensor_device)(ct_tensor self);
    bool (*_Nonnull tensor_is_contiguous)(ct_tensor self, ct_memory_format format);
    bool (*_Nonnull tensor_is_same)(ct_tensor self, ct_tensor other);
    // The first element's address, valid on the CPU while the tensor lives.
    void *_Nullable (*_Nonnull tensor_data)(ct_tensor self);
    ct_result (*_Nonnull tensor_item_double)(ct_tensor self, double *out);
    ct_result (*_Nonnull tensor_item_int)(ct_tensor self, int64_t *out);

    ct_result (*_Nonnull tensor_to)(ct_tensor self, ct_dtype dtype, ct_device device, ct_tensor *out);
    ct_result (*_Nonnull tensor_contiguous)(ct_tensor self, ct_memory_format format, ct_tensor *out);
    ct_result (*_Nonnull tensor_clone)(ct_tensor self, ct_tensor *out);
    ct_result (*_Nonnull tensor_detach)(ct_tensor self, ct_tensor *out);
    ct_result (*_Nonnull tensor_copy_in_place)(ct_tensor self, ct_tensor source);
    // Gives `self` the memory, dtype and device of `source`; its place in the graph as a leaf stays.
    ct_result (*_Nonnull tensor_set_data)(ct_tensor self, ct_tensor source);
    ct_result (*_Nonnull tensor_fill_in_place)(ct_tensor self, double value);
    ct_result (*_Nonnull tensor_add_in_place)(ct_tensor self, ct_tensor other, double alpha);
    ct_result (*_Nonnull tensor_mul_in_place)(ct_tensor self, double factor);

    // Pointwise

    ct_result (*_Nonnull unary_apply)(ct_unary operation, ct_tensor self, ct_tensor *out);
    ct_result (*_Nonnull binary_apply)(ct_binary operation, ct_tensor self, ct_tensor other, ct_tensor *out);
    // `self OP scalar`, with PyTorch's promotion of Python numbers: the scalar never widens the dtype category.
    ct_result (*_Nonnull binary_scalar)(ct_binary operation, ct_tensor self, double scalar, ct_tensor *out);
    ct_result (*_Nonnull leaky_relu)(ct_tensor self, double negative_slope, ct_tensor *out);
    ct_result (*_Nonnull clamp)(ct_tensor self, double low, double high, ct_tensor *out);
    ct_result (*_Nonnull where)(ct_tensor condition, ct_tensor self, ct_tensor other, ct_tensor *out);
    ct_result (*_Nonnull masked_fill)(ct_tensor self, ct_tensor mask, double value, ct_tensor *out);

    // Reductions

    // dim == 0 reduces over all axes.
    ct_result (*_Nonnull reduce)(ct_reduction reduction, ct_tensor self, const int64_t *axes, size_t dim, bool keep, ct_tensor *out);
    ct_result (*_Nonnull argmax)(ct_tensor self, int64_t axis, bool keep, ct_tensor *out);
    // How often each of 0 ..< count is in a vector of int64.
    ct_result (*_Nonnull bin_counts)(ct_tensor self, int64_t count, ct_tensor *out);
    ct_result (*_Nonnull topk)(ct_tensor self, int64_t k, int64_t axis, ct_tensor *values, ct_tensor *indices);
    ct_result (*_Nonnull sort)(ct_tensor self, int64_t axis, bool descending, ct_tensor *values, ct_tensor *indices);
    ct_result (*_Nonnull cumsum)(ct_tensor self, int64_t axis, ct_tensor *out);
    ct_result (*_Nonnull log_softmax)(ct_tensor self, int64_t axis, ct_tensor *out);
    ct_result (*_Nonnull softmax)(ct_tensor self, int64_t axis, ct_tensor *out);
    // Euclidean norm of all tensors' elements together.
    ct_result (*_Nonnull total_norm)(const ct_tensor *tensors, size_t count, ct_tensor *out);

    // Shape

    ct_result (*_Nonnull reshape)(ct_tensor self, const int64_t *sizes, size_t dim, ct_tensor *out);
    ct_result (*_Nonnull permute)(ct_tensor self, const int64_t *axes, size_t dim, ct_tensor *out);
    ct_result (*_Nonnull expand)(ct_tensor self, const int64_t *sizes, size_t dim, ct_tensor *out);
    ct_result (*_Nonnull unsqueeze)(ct_tensor self, int64_t axis, ct_tensor *out);
    ct_result (*_Nonnull squeeze)(ct_tensor self, int64_t axis, ct_tensor *out);
    ct_result (*_Nonnull select)(ct_tensor self, int64_t axis, int64_t index, ct_tensor *out);
    ct_result (*_Nonnull narrow)(ct_tensor self, int64_t axis, int64_t start, int64_t length, ct_tensor *out);
    ct_result (*_Nonnull flip)(ct_tensor self, const int64_t *axes, size_t dim, ct_tensor *out);
    ct_result (*_Nonnull cat)(const ct_tensor *tensors, size_t count, int64_t axis, ct_tensor *out);
    ct_result (*_Nonnull stack)(const ct_tensor *tensors, size_t count, int64_t axis, ct_tensor *out);
    ct_result (*_Nonnull gather)(ct_tensor self, int64_t axis, ct_tensor index, ct_tensor *out);
    ct_result (*_Nonnull scatter_value)(ct_tensor self, int64_t axis, ct_tensor index, double value, ct_tensor *out);
    ct_result (*_Nonnull index_select)(ct_tensor self, int64_t axis, ct_tensor index, ct_tensor *out);
    ct_result (*_Nonnull masked_select)(ct_tensor self, ct_tensor mask, ct_tensor *out);
    // `amounts` as PyTorch's: last axis first, before then after.
    ct_result (*_Nonnull pad)(ct_tensor self, const int64_t *amounts, size_t count, ct_pad_mode mode, double value, ct_tensor *out);
    ct_result (*_Nonnull matmul)(ct_tensor self, ct_tensor other, ct_tensor *out);

    // Network operations

    // Arrays hold one number for each spatial axis; bias may be {NULL}. Only a transposed convolution has an output padding.
    ct_result (*_Nonnull convolution)(
        ct_tensor input, ct_tensor weight, ct_tensor bias, size_t spatial, const int64_t *stride, const int64_t *padding,
        const int64_t *dilation, bool transposed, const int64_t *output_padding, int64_t groups, ct_tensor *out);
    ct_result (*_Nonnull group_norm)(ct_tensor input, int64_t groups, ct_tensor weight, ct_tensor bias, double epsilon, ct_tensor *out);
    // In training the running statistics are updated in place.
    ct_result (*_Nonnull batch_norm)(
        ct_tensor input, ct_tensor weight, ct_tensor bias, ct_tensor running_mean, ct_tensor running_var, bool training,
        double momentum, double epsilon, ct_tensor *out);
    // Each sample's channels by themselves; weight and bias may be {NULL}.
    ct_result (*_Nonnull instance_norm)(ct_tensor input, ct_tensor weight, ct_tensor bias, double epsilon, ct_tensor *out);
    // Pooling and enlargement know 1 to 3 spatial axes.
    ct_result (*_Nonnull max_pool)(ct_tensor input, size_t spatial, const int64_t *kernel, const int64_t *stride, ct_tensor *out);
    ct_result (*_Nonnull avg_pool)(ct_tensor input, size_t spatial, const int64_t *kernel, const int64_t *stride, ct_tensor *out);
    // Linear, bilinear or trilinear.
    ct_result (*_Nonnull upsample_linear)(
        ct_tensor input, size_t spatial, const int64_t *sizes, bool align_corners, ct_tensor *out);
    ct_result (*_Nonnull upsample_nearest)(ct_tensor input, size_t spatial, const int64_t *sizes, ct_tensor *out);
    // logits [B, C, ...], labels int64 [B, ...]; weight [C] or {NULL}; mean over pixels not ignored.
    ct_result (*_Nonnull cross_entropy)(ct_tensor logits, ct_tensor labels, ct_tensor weight, int64_t ignore, ct_tensor *out);

    // Randomness

    ct_result (*_Nonnull generator_new)(ct_device device, uint64_t seed, ct_generator *out);
    void (*_Nonnull generator_free)(ct_generator self);
    ct_result (*_Nonnull generator_get_state)(ct_generator self, ct_tensor *out);
    ct_result (*_Nonnull generator_set_state)(ct_generator self, ct_tensor state);
    ct_result (*_Nonnull uniform_in_place)(ct_tensor self, double low, double high, ct_generator generator);
    ct_result (*_Nonnull normal_in_place)(ct_tensor self, double mean, double standard_deviation, ct_generator generator);
    ct_result (*_Nonnull bernoulli_in_place)(ct_tensor self, double probability, ct_generator generator);
    ct_result (*_Nonnull random_permutation)(int64_t count, ct_generator generator, ct_tensor *out);

    // Autograd

    ct_result (*_Nonnull set_requires_grad)(ct_tensor self, bool on);
    bool (*_Nonnull requires_grad)(ct_tensor self);
    // gradient may be {NULL} for a scalar.
    ct_result (*_Nonnull backward)(ct_tensor self, ct_tensor gradient, bool keep_graph);
    // impl == NULL where there is none.
    ct_result (*_Nonnull grad)(ct_tensor self, ct_tensor *out);
    ct_result (*_Nonnull set_grad)(ct_tensor self, ct_tensor gradient);
    // A scalar that autograd sees as a function of `input` whose gradient is known already: backward hands
    // `gradient` times the incoming scalar to `input`.
    ct_result (*_Nonnull attach_gradient)(ct_tensor value, ct_tensor input, ct_tensor gradient, ct_tensor *out);
    // `value` as autograd sees it: a function of `inputs`. Takes the context over, also on an error.
    ct_result (*_Nonnull attach_backward)(
        ct_tensor value, const ct_tensor *inputs, size_t count, ct_backward_pass pass, ct_tensor *out);
    // Thread-local; setting returns what it was.
    bool (*_Nonnull grad_mode_set)(bool on);
    bool (*_Nonnull grad_mode_get)(void);
    // Inference mode, or the usual one within it, until the end; both on the same thread.
    void *_Nonnull (*_Nonnull inference_begin)(bool on);
    void (*_Nonnull inference_end)(void *guard);

    // Mixed precision: until the end, convolutions and matrix products on `device` take and give `dtype`. Thread-local; both
    // on the same thread, not nested.
    void *_Nonnull (*_Nonnull autocast_begin)(ct_device device, ct_dtype dtype);
    void (*_Nonnull autocast_end)(void *guard);

    // Optimiser kernels

    // Gradients are divided by `divisor`, also where they lie; where `is_held` is 1 nothing changes. float32 scalars on the
    // parameters' device, each may be {NULL}.
    //
    // One AdamW step over all parameters. Lists of equal length; `steps` are float32 scalars, raised by one here.
    ct_result (*_Nonnull fused_adamw)(
        const ct_tensor *parameters, const ct_tensor *gradients, const ct_tensor *first_moments, const ct_tensor *second_moments,
        const ct_tensor *steps, size_t count, double learning_rate, ct_tensor rate, double beta1, double beta2, double weight_decay,
        double epsilon, ct_tensor divisor, ct_tensor is_held);
    ct_result (*_Nonnull fused_sgd)(
        const ct_tensor *parameters, const ct_tensor *gradients, const ct_tensor *momentum_buffers, size_t count,
        double learning_rate, ct_tensor rate, double momentum, double weight_decay, bool nesterov, ct_tensor divisor,
        ct_tensor is_held);
    // The scale of a loss in float16 after a step: halved where `overflowed` is 1, doubled after `interval` steps in a row without.
    ct_result (*_Nonnull update_loss_scale)(ct_tensor scale, ct_tensor steps_since, ct_tensor overflowed, int64_t interval);

    // Processes that train together: every one calls these in the same order, but for `group_post` and `group_posted`

    ct_result (*_Nonnull group_new)(const ct_group_place *place, ct_group *_Nullable *_Nonnull out);
    void (*_Nonnull group_free)(ct_group *self);
    // Ends the connections to the others; after it notes alone can be posted and read.
    void (*_Nonnull group_disconnect)(ct_group *self);
    // The sum over all, in place.
    ct_result (*_Nonnull group_sum)(ct_group *self, ct_tensor tensor);
    // Those of all, [size] before the shape, which all share.
    ct_result (*_Nonnull group_gather)(ct_group *self, ct_tensor tensor, ct_tensor *out);
    ct_result (*_Nonnull group_broadcast)(ct_group *self, ct_tensor tensor, int32_t from);
    // A note for all, and what somebody has posted: uint8 [N], or {NULL} where nobody has.
    ct_result (*_Nonnull group_post)(ct_group *self, const char *key, const void *bytes, size_t byte_count, double timeout);
    ct_result (*_Nonnull group_posted)(ct_group *self, const char *key, double timeout, ct_tensor *out);
    // From then on a backward pass that was prepared leaves the mean of all processes' gradients.
    ct_result (*_Nonnull reducer_new)(
        ct_group *group, const ct_tensor *parameters, size_t count, ct_reducer *_Nullable *_Nonnull out);
    void (*_Nonnull reducer_free)(ct_reducer *self);
    // The next backward pass is that of `value`.
    ct_result (*_Nonnull reducer_prepare)(ct_reducer *self, ct_tensor value);
} ct_functions;

// MARK: Finding it

// The table of the TorchBinding in this process, or of the library TorchBinding on the program's search path, loaded with
// all that it needs. NULL where there is none that fits; `problem` then says why, cut to `capacity` bytes.
const ct_functions *_Nullable ct_load(char *problem, size_t capacity);

// The version of libtorch whose headers this was built with, such as 2.13.0. Loads nothing.
const char *ct_version(void);

// Keeps freed memory in the process: fresh pages cost more than the arithmetic of a small training step.
void ct_keep_freed_memory(void);

#pragma clang assume_nonnull end
#ifdef __cplusplus
}
#endif
#endif
