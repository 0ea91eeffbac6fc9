// 3×3×3 convolutions of volumes, and the gradient of their inputs, by tiles.

// A plane's tile of products becomes outputs: their inverse transform + bias.
template <typename Element>
inline void store_volume_tile(
    const TilePlanes &products, const Columns &g, int64_t first, int64_t t, int64_t plane, const float *bias,
    const Channeled<Element> &output) {
    constexpr int M = plane_tile, size = InPlane::inputs;
    const auto tile = g[first + t];
    const int64_t high = std::min<int64_t>(M, g.height - tile.y), wide = std::min<int64_t>(M, g.width - tile.x);
    const float *from = products.at(0, plane, t);
    for (int64_t c = 0; c < products.channels; c += lanes) {
        F columns[size][M];
#pragma clang loop unroll(full)
        for (int j = 0; j < size; j++) {
            F m[size];
            for (int i = 0; i < size; i++) m[i] = load_channels(from + (i * size + j) * products.place_stride + c);
            InPlane::transform_products(m, columns[j]);
        }
        const F shift = bias ? load_channels(bias + c) : all(0.f);
        const int64_t step = output.step(c);
        Element *to = output.at(c) + g.voxel(tile, plane) * step;
#pragma clang loop unroll(full)
        for (int i = 0; i < M; i++) {
            if (i >= high) break;
            F m[size], y[M];
            for (int j = 0; j < size; j++) m[j] = columns[j][i];
            InPlane::transform_products(m, y);
#pragma clang loop unroll(full)
            for (int j = 0; j < M; j++) {
                if (j >= wide) break;
                store_channels(to + (i * g.width + j) * step, y[j] + shift);
            }
        }
    }
}

// Products of a place's tiles over Z planes from `z` on, columns first … first + count of the block.
template <int Z, int Vectors>
inline void multiply_volume_tiles(
    const TilePlanes &transformed, const TilePlanes &products, const float *packed, int64_t place, int64_t z, int64_t first,
    int64_t count) {
    typedef Winograd<Z> Across;
    constexpr int deep = Across::inputs, rows = product_rows<Vectors>;
    constexpr int64_t panel = Vectors * lanes;
    const int64_t inputs = transformed.channels, outputs = products.channels, plane_stride = tiles_in_product * inputs;
    float *left = scratch(Scratch::row, deep * plane_stride);
    float *made = scratch(Scratch::sums, deep * tiles_in_product * panel);
    combine_planes<deep, deep, Across::transform_inputs>(
        [&](int plane) { return transformed.at(place, z - 1 + plane, first); }, count, inputs, left, plane_stride, inputs);
    for (int64_t out = 0; out < outputs; out += panel) {
        const float *weights = packed + (out / panel * InPlane::places + place) * deep * inputs * panel;
        for (int plane = 0; plane < deep; plane++) {
            for (int64_t t = 0; t < count; t += rows) {
                multiply<rows, Vectors>(
                    left + plane * plane_stride + t * inputs, inputs, weights + plane * inputs * panel, inputs,
                    made + (plane * tiles_in_product + t) * panel, panel);
            }
        }
        for (int64_t t = 0; t < count; t++) {
            for (int64_t c = 0; c < panel; c += lanes) {
                F m[deep], y[Z];
                for (int plane = 0; plane < deep; plane++) {
                    m[plane] = load_channels(made + (plane * tiles_in_product + t) * panel + c);
                }
                Across::transform_products(m, y);
                for (int plane = 0; plane < Z; plane++) {
                    store_channels(products.at(place, z + plane, first + t) + out + c, y[plane]);
                }
            }
        }
    }
}

// Goes through the planes with columns first … first + count, `each` saying on which threads.
template <int Z, int Vectors, typename Each, typename Element>
void convolve_columns(
    const Columns &g, int64_t first, int64_t count, const Channeled<const Element> &input, const float *packed,
    const float *bias, const Channeled<Element> &output, Each &&each) {
    const TilePlanes transformed(Scratch::transformed, Z + 2, rounded_up(count, tiles_in_product), input.count());
    const TilePlanes products(Scratch::products, Z, rounded_up(count, tiles_in_product), output.count());
    const int64_t chunks = (count + tiles_in_product - 1) / tiles_in_product;
    for (int64_t z = 0; z < g.depth; z += Z) {
        const int64_t begin = z == 0 ? -1 : z + 1, end = z + Z + 1;
        each((end - begin) * count, [&](int64_t item) {
            const int64_t plane = begin + item / count, t = item % count;
            transform_volume_tile<InPlane::inputs, InPlane::transform_inputs>(
                input, g, first + t, plane, transformed.at(0, plane, t), transformed.place_stride);
        });
        each(InPlane::places * chunks, [&](int64_t item) {
            const int64_t begin = item % chunks * tiles_in_product;
            multiply_volume_tiles<Z, Vectors>(
                transformed, products, packed, item / chunks, z, begin, std::min(tiles_in_product, count - begin));
        });
        each(std::min<int64_t>(Z, g.depth - z) * count, [&](int64_t item) {
            store_volume_tile(products, g, first, item % count, z + item / count, bias, output);
        });
    }
}

template <int Z, typename Element>
void convolve_volume_by_tiles(
    const ck_volume_convolution &s, const Channeled<const Element> &input, const float *weight, bool turned, const float *bias,
    const Channeled<Element> &output) {
    const int64_t inputs = input.count(), outputs = output.count();
    const Columns g(s);
    float *packed = scratch(Scratch::weights, InPlane::places * (Z + 2) * inputs * outputs);
    pack_volume_weights<Z>(weight, inputs, outputs, turned, panel_vectors(outputs), packed);
    with_panel(outputs, [&](auto vectors) {
        constexpr int V = decltype(vectors)::value;
        const bool own = has_own_columns(inputs, outputs);
        const int64_t together = own ? tiles_in_product : columns_together<Z>(g, inputs, outputs);
        const auto block = [&](int64_t index, auto &&each) {
            const int64_t first = index * together;
            convolve_columns<Z, V>(g, first, std::min(together, g.count - first), input, packed, bias, output, each);
        };
        const int64_t blocks = (g.count + together - 1) / together;
        if (own) {
            parallel(blocks, [&](int64_t index) { block(index, Serially{}); });
        } else {
            for (int64_t index = 0; index < blocks; index++) block(index, InParallel{});
        }
    });
}
