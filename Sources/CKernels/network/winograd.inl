// 3×3 convolutions by Winograd's F(4×4, 3×3) (Lavin & Gray 2016, Fast Algorithms for Convolutional Neural Networks).
//
// A tile of 4×4 outputs needs 6×6 inputs. Both, and the weights, are transformed so that the convolution becomes 36
// products of matrices [tiles, Cin]·[Cin, Cout], a quarter of the direct method's multiplications:
//
//     Y = Aᵀ [ (G g Gᵀ) ⊙ (Bᵀ d B) ] A,  interpolation points 0, ±1, ±2, ∞
//
// The gradient of the inputs is the same convolution with the weights turned around and the channels' roles swapped. That
// of the weights is Gᵀ [ (Bᵀ d B) ⊙ (A y Aᵀ) ] G, summed over tiles. Everything is in float32: the transforms cost about
// one digit (relative error 1e-6 against 2e-7), and would cost all of bfloat16's.

constexpr int places = 36;             // of a transformed tile
constexpr int64_t tiles_together = 24; // their transforms stay in the second-level cache
// Keeps the 36 places of a tile from falling into one set of the cache.
constexpr int64_t padding = 16;

struct Tiling {
    int64_t height, width, down, across, count;

    explicit Tiling(const ck_convolution &s)
        : height(s.height), width(s.width), down((s.height + 3) / 4), across((s.width + 3) / 4),
          count(s.images * down * across) {}

    struct Tile { int64_t image, y, x; };

    Tile operator[](int64_t index) const {
        const int64_t rest = index % (down * across);
        return {index / (down * across), rest / across * 4, rest % across * 4};
    }
};

// Bᵀ d
inline void transform_inputs(const F *d, F *t) {
    const F a = d[4] - all(4.f) * d[2], b = d[3] - all(4.f) * d[1], c = d[4] - d[2], e = d[3] - d[1];
    t[0] = all(4.f) * d[0] - all(5.f) * d[2] + d[4];
    t[1] = a + b;
    t[2] = a - b;
    t[3] = c + all(2.f) * e;
    t[4] = c - all(2.f) * e;
    t[5] = all(4.f) * d[1] - all(5.f) * d[3] + d[5];
}

// Aᵀ m
inline void transform_products(const F *m, F *y) {
    const F s = m[1] + m[2], d = m[1] - m[2], u = m[3] + m[4], v = m[3] - m[4];
    y[0] = m[0] + s + u;
    y[1] = d + all(2.f) * v;
    y[2] = s + all(4.f) * u;
    y[3] = d + all(8.f) * v + m[5];
}

// A y
inline void transform_gradients(const F *y, F *t) {
    const F a = y[0] + y[2], b = y[1] + y[3], c = y[0] + all(4.f) * y[2], d = all(2.f) * y[1] + all(8.f) * y[3];
    t[0] = y[0];
    t[1] = a + b;
    t[2] = a - b;
    t[3] = c + d;
    t[4] = c - d;
    t[5] = y[3];
}

// G g
inline void transform_weights(const F *g, F *t) {
    const F outer = g[0] + g[2], near = all(1.f / 24) * g[0] + all(1.f / 6) * g[2];
    t[0] = all(1.f / 4) * g[0];
    t[1] = all(-1.f / 6) * (outer + g[1]);
    t[2] = all(-1.f / 6) * (outer - g[1]);
    t[3] = near + all(1.f / 12) * g[1];
    t[4] = near - all(1.f / 12) * g[1];
    t[5] = g[2];
}

// Gᵀ t
inline void transform_weights_back(const F *t, F *g) {
    const F s = t[1] + t[2], d = t[1] - t[2], u = t[3] + t[4], v = t[3] - t[4];
    g[0] = all(1.f / 4) * t[0] - all(1.f / 6) * s + all(1.f / 24) * u;
    g[1] = all(1.f / 12) * v - all(1.f / 6) * d;
    g[2] = all(1.f / 6) * (u - s) + t[5];
}

// Size×Size pixels of sixteen channels from (y, x) on, zero outside of the image.
template <int Size, typename Element>
inline void load_tile(const Element *image, const Tiling &g, int64_t channels, int64_t y, int64_t x, F (&d)[Size][Size]) {
    if (y >= 0 && x >= 0 && y + Size <= g.height && x + Size <= g.width) {
        for (int i = 0; i < Size; i++) {
            for (int j = 0; j < Size; j++) d[i][j] = load_channels(image + ((y + i) * g.width + x + j) * channels);
        }
        return;
    }
    for (int i = 0; i < Size; i++) {
        for (int j = 0; j < Size; j++) {
            const bool inside = y + i >= 0 && y + i < g.height && x + j >= 0 && x + j < g.width;
            d[i][j] = inside ? load_channels(image + ((y + i) * g.width + x + j) * channels) : all(0.f);
        }
    }
}

// Transforms a tile of Size×Size pixels; place p of channel c goes to to[p·stride + c].
template <int Size, void (*transform)(const F *, F *), typename Element>
inline void transform_tile(
    const Element *images, const Tiling &g, int64_t channels, int64_t index, float *to, int64_t stride) {
    const auto tile = g[index];
    const Element *image = images + tile.image * g.height * g.width * channels;
    const int64_t before = Size == 6 ? 1 : 0;
    for (int64_t c = 0; c < channels; c += lanes) {
        F d[Size][Size], columns[Size][6];
        load_tile<Size>(image + c, g, channels, tile.y - before, tile.x - before, d);
        for (int j = 0; j < Size; j++) {
            F column[Size];
            for (int i = 0; i < Size; i++) column[i] = d[i][j];
            transform(column, columns[j]);
        }
        for (int i = 0; i < 6; i++) {
            F row[Size], t[6];
            for (int j = 0; j < Size; j++) row[j] = columns[j][i];
            transform(row, t);
            for (int j = 0; j < 6; j++) store_channels(to + (i * 6 + j) * stride + c, t[j]);
        }
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
inline void pack_weights(const float *weight, int64_t inputs, int64_t outputs, bool turned, int vectors, float *packed) {
    const int64_t panel = vectors * lanes;
    const int64_t in_step = turned ? outputs * 9 : 9, out_step = turned ? 9 : inputs * 9;
    const float *end = weight + inputs * outputs * 9;
    for_weights(inputs, outputs, [&](int64_t in, int64_t out) {
        F g[lanes], columns[3][6];
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
            transform_weights(column, columns[j]);
        }
        float *to = packed + (out / panel * places * inputs + in) * panel + out % panel;
        for (int i = 0; i < 6; i++) {
            const F row[3] = {columns[0][i], columns[1][i], columns[2][i]};
            F t[6];
            transform_weights(row, t);
            for (int j = 0; j < 6; j++) store_channels(to + (i * 6 + j) * inputs * panel, t[j]);
        }
    });
}

// output = input * kernel + bias + added, [B, H, W, outputs]; the kernel is packed, bias and added may be NULL.
template <int Vectors, typename Element>
void convolve_tiles(
    const ck_convolution &s, const Element *input, const float *packed, const float *bias, const Element *added,
    Element *output) {
    constexpr int64_t panel = Vectors * lanes;
    constexpr int rows = product_rows<Vectors>;
    static_assert(tiles_together % rows == 0);
    const Tiling tiles(s);
    const int64_t input_stride = tiles_together * s.inputs + padding, product_stride = tiles_together * panel + padding;
    parallel((tiles.count + tiles_together - 1) / tiles_together, [&](int64_t block) {
        const int64_t first = block * tiles_together, count = std::min(tiles_together, tiles.count - first);
        float *transformed = scratch(Scratch::transformed, places * input_stride);
        float *products = scratch(Scratch::products, places * product_stride);
        for (int64_t t = 0; t < count; t++) {
            transform_tile<6, transform_inputs>(
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
                const int64_t high = std::min<int64_t>(4, s.height - tile.y), wide = std::min<int64_t>(4, s.width - tile.x);
                const int64_t corner = ((tile.image * s.height + tile.y) * s.width + tile.x) * s.outputs;
                for (int64_t c = 0; c < panel; c += lanes) {
                    F columns[6][4];
                    for (int j = 0; j < 6; j++) {
                        F m[6];
                        for (int i = 0; i < 6; i++) {
                            m[i] = load_channels(products + (i * 6 + j) * product_stride + t * panel + c);
                        }
                        transform_products(m, columns[j]);
                    }
                    const F shift = bias ? load_channels(bias + out + c) : all(0.f);
                    for (int64_t i = 0; i < high; i++) {
                        F m[6], y[4];
                        for (int j = 0; j < 6; j++) m[j] = columns[j][i];
                        transform_products(m, y);
                        for (int64_t j = 0; j < wide; j++) {
                            const int64_t place = corner + (i * s.width + j) * s.outputs + out + c;
                            F value = y[j] + shift;
                            if (added) value += load_channels(added + place);
                            store_channels(output + place, value);
                        }
                    }
                }
            }
        }
    });
}

template <typename Element>
void convolve_by_tiles(
    const ck_convolution &s, const Element *input, const float *weight, bool turned, const float *bias, const Element *added,
    Element *output) {
    float *packed = scratch(Scratch::weights, places * s.inputs * s.outputs);
    pack_weights(weight, s.inputs, s.outputs, turned, panel_vectors(s.outputs), packed);
    with_panel(s.outputs, [&](auto vectors) {
        convolve_tiles<decltype(vectors)::value>(s, input, packed, bias, added, output);
    });
}

// Gᵀ t G of the sum over `parts` of [36][inputs][outputs], into [outputs, inputs, 3, 3].
inline void unpack_weight_gradient(const ck_convolution &s, const float *sums, int64_t parts, float *gradient) {
    const int64_t size = places * s.inputs * s.outputs;
    for_weights(s.inputs, s.outputs, [&](int64_t in, int64_t out) {
        F t[6][6], columns[6][3], taps[lanes] = {};
        for (int place = 0; place < places; place++) {
            F total = all(0.f);
            for (int64_t part = 0; part < parts; part++) {
                total += load_channels(sums + part * size + (place * s.inputs + in) * s.outputs + out);
            }
            t[place / 6][place % 6] = total;
        }
        for (int j = 0; j < 6; j++) {
            const F column[6] = {t[0][j], t[1][j], t[2][j], t[3][j], t[4][j], t[5][j]};
            transform_weights_back(column, columns[j]);
        }
        for (int i = 0; i < 3; i++) {
            const F row[6] = {columns[0][i], columns[1][i], columns[2][i], columns[3][i], columns[4][i], columns[5][i]};
            transform_weights_back(row, taps + 3 * i);
        }
        transpose(taps);
        for (int lane = 0; lane < lanes; lane++) {
            std::memcpy(gradient + ((out + lane) * s.inputs + in) * 9, &taps[lane], sizeof(float) * 9);
        }
    });
}

// Transforms a tile of the inputs and that of the incoming gradient.
template <typename Element>
inline void transform_pairs(
    const ck_convolution &s, const Tiling &tiles, const Element *input, const Element *incoming, int64_t index, float *inputs,
    int64_t input_stride, float *gradients, int64_t gradient_stride) {
    transform_tile<6, transform_inputs>(input, tiles, s.inputs, index, inputs, input_stride);
    transform_tile<4, transform_gradients>(incoming, tiles, s.outputs, index, gradients, gradient_stride);
}

// Strips of tiles, each with sums of its own: for few channels, whose sums are small.
template <int Vectors, typename Element>
void weight_gradient_by_strips(const ck_convolution &s, const Element *input, const Element *incoming, float *gradient) {
    constexpr int rows = gradient_rows<Vectors>;
    constexpr int64_t strips = 16;
    const Tiling tiles(s);
    const int64_t size = places * s.inputs * s.outputs;
    const int64_t input_stride = tiles_together * s.inputs + padding, gradient_stride = tiles_together * s.outputs + padding;
    float *sums = scratch(Scratch::partial, strips * size);
    parallel(strips, [&](int64_t strip) {
        float *sum = sums + strip * size;
        std::fill(sum, sum + size, 0.f);
        float *inputs = scratch(Scratch::transformed, places * input_stride);
        float *gradients = scratch(Scratch::gradients, places * gradient_stride);
        const int64_t end = tiles.count * (strip + 1) / strips;
        for (int64_t first = tiles.count * strip / strips; first < end; first += tiles_together) {
            const int64_t count = std::min(tiles_together, end - first);
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
    unpack_weight_gradient(s, sums, strips, gradient);
}

// All threads transform some tiles, then share the 36 places: for many channels, whose sums fill the cache.
template <int Vectors, typename Element>
void weight_gradient_by_places(const ck_convolution &s, const Element *input, const Element *incoming, float *gradient) {
    constexpr int rows = gradient_rows<Vectors>;
    const Tiling tiles(s);
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
    unpack_weight_gradient(s, sums, 1, gradient);
}

template <typename Element>
void weight_gradient_by_tiles(
    const ck_convolution &s, const Element *input, const Element *incoming, float *gradient) {
    with_panel(s.outputs, [&](auto vectors) {
        constexpr int count = decltype(vectors)::value;
        if (s.inputs * s.outputs <= 32 * 32) {
            weight_gradient_by_strips<count>(s, input, incoming, gradient);
        } else {
            weight_gradient_by_places<count>(s, input, incoming, gradient);
        }
    });
}
