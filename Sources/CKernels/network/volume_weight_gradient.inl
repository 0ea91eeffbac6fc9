// The gradient of the weights of 3×3×3 convolutions by tiles: Gᵀ [ (Bᵀ d B) ⊙ (A y Aᵀ) ] G along all three axes, summed over tiles.

// Sums of a place's products of inputs and gradients, over columns first … first + count of a block and Z planes from `z` on:
// [plane][inputs][outputs].
template <int Z, int Vectors>
inline void accumulate_volume_tiles(
    const TilePlanes &inputs, const TilePlanes &gradients, int64_t place, int64_t z, int64_t first, int64_t count,
    float *sums) {
    typedef Winograd<Z> Across;
    constexpr int deep = Across::inputs, rows = gradient_rows<Vectors>;
    // A product walks over tiles: steps of a power of two would fall into few of the cache's sets.
    const int64_t left_row = inputs.channels + padding, right_row = gradients.channels + padding;
    const int64_t left_plane = tiles_in_product * left_row, right_plane = tiles_in_product * right_row;
    float *left = scratch(Scratch::row, deep * left_plane), *right = scratch(Scratch::sums, deep * right_plane);
    combine_planes<deep, deep, Across::transform_inputs>(
        [&](int plane) { return inputs.at(place, z - 1 + plane, first); }, count, inputs.channels, left, left_plane, left_row);
    combine_planes<Z, deep, Across::transform_gradients>(
        [&](int plane) { return gradients.at(place, z + plane, first); }, count, gradients.channels, right, right_plane,
        right_row);
    for (int plane = 0; plane < deep; plane++) {
        for (int64_t out = 0; out < gradients.channels; out += Vectors * lanes) {
            for (int64_t in = 0; in < inputs.channels; in += rows) {
                accumulate<rows, Vectors>(
                    left + plane * left_plane + in, left_row, right + plane * right_plane + out, right_row, count,
                    sums + (plane * inputs.channels + in) * gradients.channels + out, gradients.channels);
            }
        }
    }
}

// Adds the products of columns first … first + count to the sums of all places.
template <int Z, int Vectors, typename Each, typename Element>
void accumulate_columns(
    const Columns &g, int64_t first, int64_t count, const Channeled<const Element> &input,
    const Channeled<const Element> &incoming, float *sums, Each &&each) {
    const int64_t size = Winograd<Z>::inputs * input.count() * incoming.count();
    const TilePlanes inputs(Scratch::transformed, Z + 2, count, input.count());
    const TilePlanes gradients(Scratch::products, Z, count, incoming.count());
    for (int64_t z = 0; z < g.depth; z += Z) {
        const int64_t begin = z == 0 ? -1 : z + 1, planes = z + Z + 1 - begin;
        each((planes + Z) * count, [&](int64_t item) {
            const int64_t t = item % count, place = item / count;
            if (place < planes) {
                transform_volume_tile<InPlane::inputs, InPlane::transform_inputs>(
                    input, g, first + t, begin + place, inputs.at(0, begin + place, t), inputs.place_stride);
            } else {
                const int64_t plane = z + place - planes;
                transform_volume_tile<plane_tile, InPlane::transform_gradients>(
                    incoming, g, first + t, plane, gradients.at(0, plane, t), gradients.place_stride);
            }
        });
        each(InPlane::places, [&](int64_t place) {
            for (int64_t t = 0; t < count; t += tiles_in_product) {
                accumulate_volume_tiles<Z, Vectors>(
                    inputs, gradients, place, z, t, std::min(tiles_in_product, count - t), sums + place * size);
            }
        });
    }
}

template <int Z, typename Element>
void volume_weight_gradient_by_tiles(
    const ck_volume_convolution &s, const Channeled<const Element> &input, const Channeled<const Element> &incoming,
    float *gradient) {
    constexpr int64_t most_strips = 8;
    const Columns g(s);
    const int64_t size = InPlane::places * Winograd<Z>::inputs * s.inputs * s.outputs;
    const bool own = has_own_columns(s.inputs, s.outputs);
    const int64_t together = own ? tiles_in_product : columns_together<Z>(g, s.inputs, s.outputs);
    const int64_t blocks = (g.count + together - 1) / together, strips = own ? std::min(most_strips, blocks) : 1;
    float *sums = scratch(Scratch::weights, strips * size);
    with_panel(s.outputs, [&](auto vectors) {
        constexpr int V = decltype(vectors)::value;
        const auto block = [&](int64_t index, float *to, auto &&each) {
            const int64_t first = index * together;
            accumulate_columns<Z, V>(g, first, std::min(together, g.count - first), input, incoming, to, each);
        };
        if (own) {
            parallel(strips, [&](int64_t strip) {
                float *to = sums + strip * size;
                std::fill(to, to + size, 0.f);
                for (int64_t i = blocks * strip / strips; i < blocks * (strip + 1) / strips; i++) block(i, to, Serially{});
            });
        } else {
            std::fill(sums, sums + size, 0.f);
            for (int64_t i = 0; i < blocks; i++) block(i, sums, InParallel{});
        }
    });
    unpack_volume_weight_gradient<Z>(s.inputs, s.outputs, sums, strips, gradient);
}
