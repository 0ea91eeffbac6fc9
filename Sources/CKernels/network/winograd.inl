// 3×3 convolutions by Winograd's F(4×4, 3×3) and F(6×6, 3×3) (Lavin & Gray 2016, Fast Algorithms for Convolutional Neural
// Networks).
//
// A tile of M×M outputs needs (M+2)×(M+2) inputs. Both, and the weights, are transformed so that the convolution becomes
// (M+2)² products of matrices [tiles, Cin]·[Cin, Cout], a quarter (M = 4) or a fifth (6) of the direct method's
// multiplications:
//
//     Y = Aᵀ [ (G g Gᵀ) ⊙ (Bᵀ d B) ] A,  interpolation points 0, ±1, ±2, ∞ and, for M = 6, ±½
//
// The gradient of the inputs is the same convolution with the weights turned around and the channels' roles swapped. That
// of the weights is Gᵀ [ (Bᵀ d B) ⊙ (A y Aᵀ) ] G, summed over tiles. Everything is in float32: the transforms cost about
// one digit (relative error 1e-6 for M = 4 and 3e-6 for M = 6, against 2e-7), and would cost all of bfloat16's.

// Keeps the places of a tile from falling into one set of the cache.
constexpr int64_t padding = 16;

// The transforms along one axis.
template <int M> struct Winograd;

template <> struct Winograd<4> {
    static constexpr int outputs = 4, inputs = 6, places = inputs * inputs;

    // Bᵀ d
    static inline void transform_inputs(const F *d, F *t) {
        const F a = d[4] - all(4.f) * d[2], b = d[3] - all(4.f) * d[1], c = d[4] - d[2], e = d[3] - d[1];
        t[0] = all(4.f) * d[0] - all(5.f) * d[2] + d[4];
        t[1] = a + b;
        t[2] = a - b;
        t[3] = c + all(2.f) * e;
        t[4] = c - all(2.f) * e;
        t[5] = all(4.f) * d[1] - all(5.f) * d[3] + d[5];
    }

    // Aᵀ m
    static inline void transform_products(const F *m, F *y) {
        const F s = m[1] + m[2], d = m[1] - m[2], u = m[3] + m[4], v = m[3] - m[4];
        y[0] = m[0] + s + u;
        y[1] = d + all(2.f) * v;
        y[2] = s + all(4.f) * u;
        y[3] = d + all(8.f) * v + m[5];
    }

    // A y
    static inline void transform_gradients(const F *y, F *t) {
        const F a = y[0] + y[2], b = y[1] + y[3], c = y[0] + all(4.f) * y[2], d = all(2.f) * y[1] + all(8.f) * y[3];
        t[0] = y[0];
        t[1] = a + b;
        t[2] = a - b;
        t[3] = c + d;
        t[4] = c - d;
        t[5] = y[3];
    }

    // G g
    static inline void transform_weights(const F *g, F *t) {
        const F outer = g[0] + g[2], near = all(1.f / 24) * g[0] + all(1.f / 6) * g[2];
        t[0] = all(1.f / 4) * g[0];
        t[1] = all(-1.f / 6) * (outer + g[1]);
        t[2] = all(-1.f / 6) * (outer - g[1]);
        t[3] = near + all(1.f / 12) * g[1];
        t[4] = near - all(1.f / 12) * g[1];
        t[5] = g[2];
    }

    // Gᵀ t
    static inline void transform_weights_back(const F *t, F *g) {
        const F s = t[1] + t[2], d = t[1] - t[2], u = t[3] + t[4], v = t[3] - t[4];
        g[0] = all(1.f / 4) * t[0] - all(1.f / 6) * s + all(1.f / 24) * u;
        g[1] = all(1.f / 12) * v - all(1.f / 6) * d;
        g[2] = all(1.f / 6) * (u - s) + t[5];
    }
};

template <> struct Winograd<6> {
    static constexpr int outputs = 6, inputs = 8, places = inputs * inputs;

    static inline void transform_inputs(const F *d, F *t) {
        const F a = d[2] + d[6] - all(4.25f) * d[4], b = d[1] + d[5] - all(4.25f) * d[3];
        const F c = d[6] + all(0.25f) * d[2] - all(1.25f) * d[4], e = all(0.5f) * d[1] - all(2.5f) * d[3] + all(2.f) * d[5];
        const F f = d[6] + all(4.f) * d[2] - all(5.f) * d[4], g = all(2.f) * d[1] - all(2.5f) * d[3] + all(0.5f) * d[5];
        t[0] = d[0] - d[6] + all(5.25f) * (d[4] - d[2]);
        t[1] = a + b;
        t[2] = a - b;
        t[3] = c + e;
        t[4] = c - e;
        t[5] = f + g;
        t[6] = f - g;
        t[7] = d[7] - d[1] + all(5.25f) * (d[3] - d[5]);
    }

    static inline void transform_products(const F *m, F *y) {
        const F s = m[1] + m[2], d = m[1] - m[2], u = m[3] + m[4], v = m[3] - m[4], p = m[5] + m[6], q = m[5] - m[6];
        y[0] = m[0] + s + u + p;
        y[1] = d + all(2.f) * v + all(1.f / 2) * q;
        y[2] = s + all(4.f) * u + all(1.f / 4) * p;
        y[3] = d + all(8.f) * v + all(1.f / 8) * q;
        y[4] = s + all(16.f) * u + all(1.f / 16) * p;
        y[5] = d + all(32.f) * v + all(1.f / 32) * q + m[7];
    }

    static inline void transform_gradients(const F *y, F *t) {
        const F a = y[0] + y[2] + y[4], b = y[1] + y[3] + y[5];
        const F c = y[0] + all(4.f) * y[2] + all(16.f) * y[4], d = all(2.f) * y[1] + all(8.f) * y[3] + all(32.f) * y[5];
        const F e = y[0] + all(1.f / 4) * y[2] + all(1.f / 16) * y[4];
        const F f = all(1.f / 2) * y[1] + all(1.f / 8) * y[3] + all(1.f / 32) * y[5];
        t[0] = y[0];
        t[1] = a + b;
        t[2] = a - b;
        t[3] = c + d;
        t[4] = c - d;
        t[5] = e + f;
        t[6] = e - f;
        t[7] = y[5];
    }

    static inline void transform_weights(const F *g, F *t) {
        const F outer = all(-2.f / 9) * (g[0] + g[2]), inner = all(-2.f / 9) * g[1];
        const F far = all(1.f / 90) * g[0] + all(2.f / 45) * g[2], near = all(32.f / 45) * g[0] + all(8.f / 45) * g[2];
        t[0] = g[0];
        t[1] = outer + inner;
        t[2] = outer - inner;
        t[3] = far + all(1.f / 45) * g[1];
        t[4] = far - all(1.f / 45) * g[1];
        t[5] = near + all(16.f / 45) * g[1];
        t[6] = near - all(16.f / 45) * g[1];
        t[7] = g[2];
    }

    static inline void transform_weights_back(const F *t, F *g) {
        const F s = t[1] + t[2], d = t[1] - t[2], u = t[3] + t[4], v = t[3] - t[4], p = t[5] + t[6], q = t[5] - t[6];
        g[0] = t[0] - all(2.f / 9) * s + all(1.f / 90) * u + all(32.f / 45) * p;
        g[1] = all(1.f / 45) * v + all(16.f / 45) * q - all(2.f / 9) * d;
        g[2] = all(2.f / 45) * u + all(8.f / 45) * p - all(2.f / 9) * s + t[7];
    }
};

// Tiles whose transforms stay in the second-level cache together.
template <int M, int Vectors> constexpr int64_t tiles_together = M == 6 && Vectors == 4 ? 12 : 24;

template <int M> struct Tiling {
    int64_t height, width, down, across, count;

    explicit Tiling(const ck_convolution &s)
        : height(s.height), width(s.width), down((s.height + M - 1) / M), across((s.width + M - 1) / M),
          count(s.images * down * across) {}

    struct Tile { int64_t image, y, x; };

    Tile operator[](int64_t index) const {
        const int64_t rest = index % (down * across);
        return {index / (down * across), rest / across * M, rest % across * M};
    }
};

// Transforms Size×Size vectors of channels, which load(i, j) gives; place p goes to to[p·stride].
template <int Size, int Places, void (*transform)(const F *, F *), typename Load>
inline void transform_pixels(float *to, int64_t stride, Load &&load) {
    F columns[Size][Places];
#pragma clang loop unroll(full)
    for (int j = 0; j < Size; j++) {
        F column[Size];
        for (int i = 0; i < Size; i++) column[i] = load(i, j);
        transform(column, columns[j]);
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < Places; i++) {
        F row[Size], t[Places];
        for (int j = 0; j < Size; j++) row[j] = columns[j][i];
        transform(row, t);
        for (int j = 0; j < Places; j++) store_channels(to + (i * Places + j) * stride, t[j]);
    }
}

// Transforms a tile of Size×Size pixels, zero outside of the image; place p of channel c goes to to[p·stride + c].
template <int M, int Size, void (*transform)(const F *, F *), typename Element>
inline void transform_tile(
    const Element *images, const Tiling<M> &g, int64_t channels, int64_t index, float *to, int64_t stride) {
    constexpr int places = Winograd<M>::inputs, before = Size == M ? 0 : 1;
    const auto tile = g[index];
    const int64_t y = tile.y - before, x = tile.x - before, row = g.width * channels;
    const Element *corner = images + tile.image * g.height * row + y * row + x * channels;
    if (y >= 0 && x >= 0 && y + Size <= g.height && x + Size <= g.width) {
        for (int64_t c = 0; c < channels; c += lanes) {
            transform_pixels<Size, places, transform>(
                to + c, stride, [&](int i, int j) { return load_channels(corner + i * row + j * channels + c); });
        }
        return;
    }
    for (int64_t c = 0; c < channels; c += lanes) {
        transform_pixels<Size, places, transform>(to + c, stride, [&](int i, int j) {
            const bool inside = y + i >= 0 && y + i < g.height && x + j >= 0 && x + j < g.width;
            return inside ? load_channels(corner + i * row + j * channels + c) : all(0.f);
        });
    }
}

// Calls body(in, out) for every input and each sixteen outputs: inputs in turn, since a weight's taps lie together.
template <typename Body> inline void for_weights(int64_t inputs, int64_t outputs, Body &&body) {
    constexpr int64_t together = 32;
    const int64_t chunks = (inputs + together - 1) / together;
    parallel(outputs / lanes * chunks, [&](int64_t item) {
        const int64_t first = item % chunks * together;
        for (int64_t in = first; in < std::min(inputs, first + together); in++) body(in, item / chunks * lanes);
    });
}

// A convolution's weights as the product wants them: [panel][place][inputs][columns of the panel]. For the gradient of the
// inputs the kernel is turned around and what comes out goes in.
template <int M>
void pack_weights(const float *weight, int64_t inputs, int64_t outputs, bool turned, int vectors, float *packed) {
    typedef Winograd<M> W;
    const int64_t panel = vectors * lanes;
    const int64_t in_step = turned ? outputs * 9 : 9, out_step = turned ? 9 : inputs * 9;
    const float *end = weight + inputs * outputs * 9;
    for_weights(inputs, outputs, [&](int64_t in, int64_t out) {
        F g[lanes], columns[3][W::inputs];
        const float *from = weight + in * in_step + out * out_step;
        // A row is read with what stands behind its nine taps, where that is memory of the weights.
        const bool whole = from + (lanes - 1) * out_step + lanes <= end;
        for (int lane = 0; lane < lanes; lane++) {
            g[lane] = all(0.f);
            std::memcpy(&g[lane], from + lane * out_step, sizeof(float) * (whole ? lanes : 9));
        }
        transpose(g);
        if (turned) std::reverse(g, g + 9);
        for (int j = 0; j < 3; j++) {
            const F column[3] = {g[j], g[3 + j], g[6 + j]};
            W::transform_weights(column, columns[j]);
        }
        float *to = packed + (out / panel * W::places * inputs + in) * panel + out % panel;
        for (int i = 0; i < W::inputs; i++) {
            const F row[3] = {columns[0][i], columns[1][i], columns[2][i]};
            F t[W::inputs];
            W::transform_weights(row, t);
            for (int j = 0; j < W::inputs; j++) store_channels(to + (i * W::inputs + j) * inputs * panel, t[j]);
        }
    });
}

// output = input * kernel + bias + added, [B, H, W, outputs]; the kernel is packed, bias and added may be NULL.
template <int M, int Vectors, typename Element>
void convolve_tiles(
    const ck_convolution &s, const Element *input, const float *packed, const float *bias, const Element *added,
    Element *output) {
    typedef Winograd<M> W;
    constexpr int64_t panel = Vectors * lanes, together = tiles_together<M, Vectors>;
    constexpr int rows = product_rows<Vectors>, places = W::places, size = W::inputs;
    static_assert(together % rows == 0);
    const Tiling<M> tiles(s);
    const int64_t input_stride = together * s.inputs + padding, product_stride = together * panel + padding;
    parallel((tiles.count + together - 1) / together, [&](int64_t block) {
        const int64_t first = block * together, count = std::min(together, tiles.count - first);
        float *transformed = scratch(Scratch::transformed, places * input_stride);
        float *products = scratch(Scratch::products, places * product_stride);
        for (int64_t t = 0; t < count; t++) {
            transform_tile<M, size, W::transform_inputs>(
                input, tiles, s.inputs, first + t, transformed + t * s.inputs, input_stride);
        }
        for (int64_t out = 0; out < s.outputs; out += panel) {
            for (int64_t place = 0; place < places; place++) {
                const float *weights = packed + (out / panel * places + place) * s.inputs * panel;
                for (int64_t t = 0; t < count; t += rows) {
                    multiply<rows, Vectors>(
                        transformed + place * input_stride + t * s.inputs, s.inputs, weights, s.inputs,
                        products + place * product_stride + t * panel, panel);
                }
            }
            for (int64_t t = 0; t < count; t++) {
                const auto tile = tiles[first + t];
                const int64_t high = std::min<int64_t>(M, s.height - tile.y), wide = std::min<int64_t>(M, s.width - tile.x);
                const int64_t corner = ((tile.image * s.height + tile.y) * s.width + tile.x) * s.outputs;
                for (int64_t c = 0; c < panel; c += lanes) {
                    F columns[size][M];
#pragma clang loop unroll(full)
                    for (int j = 0; j < size; j++) {
                        F m[size];
                        for (int i = 0; i < size; i++) {
                            m[i] = load_channels(products + (i * size + j) * product_stride + t * panel + c);
                        }
                        W::transform_products(m, columns[j]);
                    }
                    const F shift = bias ? load_channels(bias + out + c) : all(0.f);
#pragma clang loop unroll(full)
                    for (int i = 0; i < M; i++) {
                        if (i >= high) break;
                        F m[size], y[M];
                        for (int j = 0; j < size; j++) m[j] = columns[j][i];
                        W::transform_products(m, y);
                        const int64_t start = corner + i * s.width * s.outputs + out + c;
#pragma clang loop unroll(full)
                        for (int j = 0; j < M; j++) {
                            if (j >= wide) break;
                            F value = y[j] + shift;
                            if (added) value += load_channels(added + start + j * s.outputs);
                            store_channels(output + start + j * s.outputs, value);
                        }
                    }
                }
            }
        }
    });
}

// Calls body(Constant<M>) with the size of tile that takes the shorter time. Large tiles multiply less, but hang over the
// image's border further; with few channels their transforms take what the products gain, with many their weights and sums
// leave the cache. `fewest` channels are enough where the products outweigh the transforms.
template <typename Body> inline void with_tile(const ck_convolution &s, int64_t fewest, Body &&body) {
    const auto products = [&](int64_t tile) {
        return rounded_up(s.height, tile) * rounded_up(s.width, tile) * (tile + 2) * (tile + 2) / (tile * tile);
    };
    const int64_t channels = std::max(s.inputs, s.outputs);
    if (channels >= fewest && channels <= 64 && products(6) < products(4)) {
        body(Constant<6>{});
    } else {
        body(Constant<4>{});
    }
}

template <typename Element>
void convolve_by_tiles(
    const ck_convolution &s, const Element *input, const float *weight, bool turned, const float *bias, const Element *added,
    Element *output) {
    with_tile(s, /*fewest*/ 32, [&](auto tile) {
        constexpr int M = decltype(tile)::value;
        float *packed = scratch(Scratch::weights, Winograd<M>::places * s.inputs * s.outputs);
        pack_weights<M>(weight, s.inputs, s.outputs, turned, panel_vectors(s.outputs), packed);
        with_panel(s.outputs, [&](auto vectors) {
            convolve_tiles<M, decltype(vectors)::value>(s, input, packed, bias, added, output);
        });
    });
}

// Gᵀ t G of the sum over `parts` of [places][inputs][outputs], into [outputs, inputs, 3, 3].
template <int M>
void unpack_weight_gradient(const ck_convolution &s, const float *sums, int64_t parts, float *gradient) {
    typedef Winograd<M> W;
    constexpr int size = W::inputs;
    const int64_t part_size = W::places * s.inputs * s.outputs;
    for_weights(s.inputs, s.outputs, [&](int64_t in, int64_t out) {
        F columns[size][3], taps[lanes] = {};
        for (int j = 0; j < size; j++) {
            F column[size];
            for (int i = 0; i < size; i++) {
                column[i] = all(0.f);
                const float *from = sums + ((i * size + j) * s.inputs + in) * s.outputs + out;
                for (int64_t part = 0; part < parts; part++) column[i] += load_channels(from + part * part_size);
            }
            W::transform_weights_back(column, columns[j]);
        }
        for (int i = 0; i < 3; i++) {
            F row[size];
            for (int j = 0; j < size; j++) row[j] = columns[j][i];
            W::transform_weights_back(row, taps + 3 * i);
        }
        transpose(taps);
        for (int lane = 0; lane < lanes; lane++) {
            std::memcpy(gradient + ((out + lane) * s.inputs + in) * 9, &taps[lane], sizeof(float) * 9);
        }
    });
}

// Transforms a tile of the inputs and that of the incoming gradient.
template <int M, typename Element>
inline void transform_pairs(
    const ck_convolution &s, const Tiling<M> &tiles, const Element *input, const Element *incoming, int64_t index,
    float *inputs, int64_t input_stride, float *gradients, int64_t gradient_stride) {
    typedef Winograd<M> W;
    transform_tile<M, W::inputs, W::transform_inputs>(input, tiles, s.inputs, index, inputs, input_stride);
    transform_tile<M, M, W::transform_gradients>(incoming, tiles, s.outputs, index, gradients, gradient_stride);
}

// Strips of tiles, each with sums of its own: for few channels, whose sums are small.
template <int M, int Vectors, typename Element>
void weight_gradient_by_strips(const ck_convolution &s, const Element *input, const Element *incoming, float *gradient) {
    constexpr int rows = gradient_rows<Vectors>, places = Winograd<M>::places;
    constexpr int64_t strips = 16, together = tiles_together<M, Vectors>;
    const Tiling<M> tiles(s);
    const int64_t size = places * s.inputs * s.outputs;
    const int64_t input_stride = together * s.inputs + padding, gradient_stride = together * s.outputs + padding;
    float *sums = scratch(Scratch::partial, strips * size);
    parallel(strips, [&](int64_t strip) {
        float *sum = sums + strip * size;
        std::fill(sum, sum + size, 0.f);
        float *inputs = scratch(Scratch::transformed, places * input_stride);
        float *gradients = scratch(Scratch::gradients, places * gradient_stride);
        const int64_t end = tiles.count * (strip + 1) / strips;
        for (int64_t first = tiles.count * strip / strips; first < end; first += together) {
            const int64_t count = std::min(together, end - first);
            for (int64_t t = 0; t < count; t++) {
                transform_pairs(
                    s, tiles, input, incoming, first + t, inputs + t * s.inputs, input_stride, gradients + t * s.outputs,
                    gradient_stride);
            }
            for (int64_t place = 0; place < places; place++) {
                for (int64_t out = 0; out < s.outputs; out += Vectors * lanes) {
                    for (int64_t in = 0; in < s.inputs; in += rows) {
                        accumulate<rows, Vectors>(
                            inputs + place * input_stride + in, s.inputs, gradients + place * gradient_stride + out, s.outputs,
                            count, sum + (place * s.inputs + in) * s.outputs + out, s.outputs);
                    }
                }
            }
        }
    });
    unpack_weight_gradient<M>(s, sums, strips, gradient);
}

// All threads transform some tiles, then share the places: for many channels, whose sums fill the cache.
template <int M, int Vectors, typename Element>
void weight_gradient_by_places(const ck_convolution &s, const Element *input, const Element *incoming, float *gradient) {
    constexpr int rows = gradient_rows<Vectors>, places = Winograd<M>::places;
    const Tiling<M> tiles(s);
    const int64_t size = places * s.inputs * s.outputs;
    // Tiles lie a line of the cache further apart than their channels fill: a product walks over tiles, and steps of a
    // power of two would fall into few of the cache's sets.
    const int64_t input_row = s.inputs + padding, gradient_row = s.outputs + padding;
    // Transforms that fit the second-level cache, unless the sums are so large that walking over them again costs more.
    const int64_t room = s.inputs * s.outputs <= 128 * 128 ? 3 << 17 : 3 << 20;
    const int64_t together = std::clamp<int64_t>(room / (places * (input_row + gradient_row)), 1, tiles.count);
    const int64_t input_stride = together * input_row + padding, gradient_stride = together * gradient_row + padding;
    float *sums = scratch(Scratch::partial, size);
    float *inputs = scratch(Scratch::transformed, places * input_stride);
    float *gradients = scratch(Scratch::gradients, places * gradient_stride);
    for (int64_t first = 0; first < tiles.count; first += together) {
        const int64_t count = std::min(together, tiles.count - first);
        parallel(count, [&](int64_t t) {
            transform_pairs(
                s, tiles, input, incoming, first + t, inputs + t * input_row, input_stride, gradients + t * gradient_row,
                gradient_stride);
        });
        parallel(places, [&](int64_t place) {
            float *sum = sums + place * s.inputs * s.outputs;
            if (first == 0) std::fill(sum, sum + s.inputs * s.outputs, 0.f);
            for (int64_t out = 0; out < s.outputs; out += Vectors * lanes) {
                for (int64_t in = 0; in < s.inputs; in += rows) {
                    accumulate<rows, Vectors>(
                        inputs + place * input_stride + in, input_row, gradients + place * gradient_stride + out, gradient_row,
                        count, sum + in * s.outputs + out, s.outputs);
                }
            }
        });
    }
    unpack_weight_gradient<M>(s, sums, 1, gradient);
}

template <typename Element>
void weight_gradient_by_tiles(
    const ck_convolution &s, const Element *input, const Element *incoming, float *gradient) {
    with_tile(s, /*fewest*/ 16, [&](auto tile) {
        constexpr int M = decltype(tile)::value;
        with_panel(s.outputs, [&](auto vectors) {
            constexpr int count = decltype(vectors)::value;
            if (s.inputs * s.outputs <= 32 * 32) {
                weight_gradient_by_strips<M, count>(s, input, incoming, gradient);
            } else {
                weight_gradient_by_places<M, count>(s, input, incoming, gradient);
            }
        });
    });
}
