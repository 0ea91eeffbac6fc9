// Convolutions of volumes with any kernel and stride, as products of gathered neighbours and weights.
//
// The voxels that are made lie on a grid; each takes the source's voxels at its taps. Forward that is the whole output. The
// gradient of the inputs, which is a transposed convolution, falls into as many grids as the strides have residues, each with
// the taps that reach it, so that no product is with zeros between the voxels.

struct VolumeTap {
    int64_t offset[3];     // of the source's voxel from that at the grid's place times the source's step
    int64_t weight;        // number among the kernel's taps
};

struct Gathering {
    int64_t images, grid[3];
    int64_t made_sizes[3], made_step[3], made_start[3];
    int64_t source_sizes[3], source_step[3];
    Vector<VolumeTap> taps;

    int64_t count() const { return images * volume_of(grid); }

    struct Place { int64_t image, at[3]; };

    Place operator[](int64_t index) const {
        Place place;
        for (int axis = 2; axis >= 0; axis--) {
            place.at[axis] = index % grid[axis];
            index /= grid[axis];
        }
        place.image = index;
        return place;
    }

    // Goes on to the next place: cheaper than its number's divisions.
    void advance(Place &place) const {
        for (int axis = 2; axis >= 0; axis--) {
            if (++place.at[axis] < grid[axis]) return;
            place.at[axis] = 0;
        }
        place.image++;
    }

    int64_t made(const Place &place) const {
        int64_t voxel = place.image;
        for (int axis = 0; axis < 3; axis++) {
            voxel = voxel * made_sizes[axis] + place.at[axis] * made_step[axis] + made_start[axis];
        }
        return voxel;
    }

    // Below 0 where the tap is outside.
    int64_t source(const Place &place, const VolumeTap &tap) const {
        int64_t voxel = place.image;
        for (int axis = 0; axis < 3; axis++) {
            const int64_t at = place.at[axis] * source_step[axis] + tap.offset[axis];
            if (at < 0 || at >= source_sizes[axis]) return -1;
            voxel = voxel * source_sizes[axis] + at;
        }
        return voxel;
    }
};

// Calls body(tap's number, [d, h, w]) for all taps of a kernel.
template <typename Body> inline void for_kernel(const ck_volume_convolution &s, Body &&body) {
    for (int64_t tap = 0; tap < taps_of(s); tap++) {
        const int64_t at[3] = {
            tap / (s.kernel[1] * s.kernel[2]), tap / s.kernel[2] % s.kernel[1], tap % s.kernel[2]};
        body(tap, at);
    }
}

// Outputs from inputs.
inline Gathering gathering_forward(const ck_volume_convolution &s) {
    Gathering g;
    g.images = s.images;
    for (int axis = 0; axis < 3; axis++) {
        g.grid[axis] = g.made_sizes[axis] = output_size(s, axis);
        g.made_step[axis] = 1;
        g.made_start[axis] = 0;
        g.source_sizes[axis] = s.sizes[axis];
        g.source_step[axis] = s.stride[axis];
    }
    for_kernel(s, [&](int64_t tap, const int64_t (&at)[3]) {
        g.taps.push_back({{at[0] - s.padding[0], at[1] - s.padding[1], at[2] - s.padding[2]}, tap});
    });
    return g;
}

// The inputs' gradients with these residues of the strides, from the outputs'.
inline Gathering gathering_backward(const ck_volume_convolution &s, const int64_t (&residue)[3]) {
    Gathering g;
    g.images = s.images;
    for (int axis = 0; axis < 3; axis++) {
        g.grid[axis] = (s.sizes[axis] - residue[axis] + s.stride[axis] - 1) / s.stride[axis];
        g.made_sizes[axis] = s.sizes[axis];
        g.made_step[axis] = s.stride[axis];
        g.made_start[axis] = residue[axis];
        g.source_sizes[axis] = output_size(s, axis);
        g.source_step[axis] = 1;
    }
    for_kernel(s, [&](int64_t tap, const int64_t (&at)[3]) {
        VolumeTap found{{}, tap};
        for (int axis = 0; axis < 3; axis++) {
            const int64_t distance = residue[axis] + s.padding[axis] - at[axis];
            if (distance % s.stride[axis] != 0) return;
            found.offset[axis] = distance / s.stride[axis];
        }
        g.taps.push_back(found);
    });
    return g;
}

// Some of the taps, or none where a stride is larger than the kernel, with what is the same for all places: how far their voxels are from the place's, and how far they reach.
class Reach {
    const Gathering &g;
    const VolumeTap *taps;
    int64_t least[3] = {}, most[3] = {};
    Vector<int64_t> distances;

  public:
    const int64_t count;

    Reach(const Gathering &g, const VolumeTap *taps, int64_t count) : g(g), taps(taps), count(count) {
        distances.reserve(static_cast<size_t>(count));
        for (int64_t tap = 0; tap < count; tap++) {
            const auto &offset = taps[tap].offset;
            if (tap == 0) {
                std::copy(offset, offset + 3, least);
                std::copy(offset, offset + 3, most);
            }
            distances.push_back((offset[0] * g.source_sizes[1] + offset[1]) * g.source_sizes[2] + offset[2]);
            for (int axis = 0; axis < 3; axis++) {
                least[axis] = std::min(least[axis], offset[axis]);
                most[axis] = std::max(most[axis], offset[axis]);
            }
        }
    }

    // Calls body(tap, voxel) for all taps of a place, the voxel below 0 where it is outside.
    template <typename Body> void from(const Gathering::Place &place, Body &&body) const {
        int64_t voxel = place.image;
        bool inside = true;
        for (int axis = 0; axis < 3; axis++) {
            const int64_t at = place.at[axis] * g.source_step[axis];
            inside &= at + least[axis] >= 0 && at + most[axis] < g.source_sizes[axis];
            voxel = voxel * g.source_sizes[axis] + at;
        }
        for (int64_t tap = 0; tap < count; tap++) {
            body(tap, inside ? voxel + distances[static_cast<size_t>(tap)] : g.source(place, taps[tap]));
        }
    }
};

// What stands at the taps of places first … first + count, zero outside: [place][tap][channel].
template <typename Element>
inline void gather(
    const Gathering &g, int64_t first, int64_t count, const Reach &reach, const Channeled<const Element> &source,
    int64_t first_channel, int64_t channels, float *to, int64_t to_row) {
    const int64_t step = source.step(first_channel), own = std::min(channels, source.first_count - first_channel);
    const Element *start = source.at(first_channel);
    auto place = g[first];
    for (int64_t row = 0; row < count; row++, g.advance(place)) {
        reach.from(place, [&](int64_t tap, int64_t voxel) {
            float *out = to + row * to_row + tap * channels;
            if (voxel < 0) {
                std::fill(out, out + channels, 0.f);
            } else if (channels < 8) {
                for (int64_t c = 0; c < channels; c++) out[c] = number(start[voxel * step + c]);
            } else if (own == channels || own <= 0) {
                for (int64_t c = 0; c < channels; c += lanes) store_channels(out + c, load_channels(start + voxel * step + c));
            } else {
                for (int64_t c = 0; c < channels; c += lanes) {
                    const int64_t channel = first_channel + c;
                    store_channels(out + c, load_channels(source.at(channel) + voxel * source.step(channel)));
                }
            }
        });
    }
}

// Places that are gathered together; a multiple of every product's rows.
constexpr int64_t places_together = 48;

// made[place] = Σ source[place + tap]·weights[tap] + bias; packed: [panel][tap][channel][columns of the panel].
template <int Vectors, typename Element>
void multiply_gathered(
    const Gathering &g, const Channeled<const Element> &source, const float *packed, const float *bias,
    const Channeled<Element> &made) {
    constexpr int rows = product_rows<Vectors>;
    constexpr int64_t panel = Vectors * lanes;
    static_assert(places_together % rows == 0);
    const auto taps = static_cast<int64_t>(g.taps.size());
    const int64_t channels = source.count(), depth = taps * channels, columns = made.count(), row_size = depth + padding;
    const Reach reach(g, g.taps.data(), taps);
    parallel((g.count() + places_together - 1) / places_together, [&](int64_t block) {
        const int64_t first = block * places_together, count = std::min(places_together, g.count() - first);
        float *left = scratch(Scratch::row, places_together * row_size);
        float products[places_together * panel];
        int64_t voxels[places_together];
        gather(g, first, count, reach, source, 0, channels, left, row_size);
        auto place = g[first];
        for (int64_t row = 0; row < count; row++, g.advance(place)) voxels[row] = g.made(place);
        for (int64_t column = 0; column < columns; column += panel) {
            for (int64_t row = 0; row < count; row += rows) {
                multiply<rows, Vectors>(
                    left + row * row_size, row_size, packed + column * depth, depth, products + row * panel, panel);
            }
            for (int64_t c = 0; c < panel; c += lanes) {
                const F shift = bias ? load_channels(bias + column + c) : all(0.f);
                Element *to = made.at(column + c);
                const int64_t step = made.step(column + c);
                for (int64_t row = 0; row < count; row++) {
                    store_channels(to + voxels[row] * step, load_channels(products + row * panel + c) + shift);
                }
            }
        }
    });
}

// weight [outputs][inputs][tap]; `turned` takes from outputs to inputs.
template <typename Element>
void convolve_gathered(
    const ck_volume_convolution &s, const Gathering &g, const Channeled<const Element> &source, const float *weight,
    bool turned, const float *bias, const Channeled<Element> &made) {
    const int64_t channels = source.count(), columns = made.count(), kernel = taps_of(s);
    const auto taps = static_cast<int64_t>(g.taps.size());
    const int64_t panel = panel_vectors(columns) * lanes;
    float *packed = scratch(Scratch::weights, taps * channels * columns);
    parallel(columns, [&](int64_t column) {
        float *to = packed + column / panel * panel * taps * channels + column % panel;
        for (int64_t c = 0; c < channels; c++) {
            const float *from = weight + (turned ? c * s.inputs + column : column * s.inputs + c) * kernel;
            for (int64_t tap = 0; tap < taps; tap++) {
                to[(tap * channels + c) * panel] = from[g.taps[static_cast<size_t>(tap)].weight];
            }
        }
    });
    with_panel(columns, [&](auto vectors) {
        multiply_gathered<decltype(vectors)::value>(g, source, packed, bias, made);
    });
}

template <typename Element>
void input_gradient_gathered(
    const ck_volume_convolution &s, const Channeled<const Element> &incoming, const float *weight, const float *bias,
    const Channeled<Element> &gradient) {
    int64_t residue[3];
    for (residue[0] = 0; residue[0] < s.stride[0]; residue[0]++) {
        for (residue[1] = 0; residue[1] < s.stride[1]; residue[1]++) {
            for (residue[2] = 0; residue[2] < s.stride[2]; residue[2]++) {
                convolve_gathered(s, gathering_backward(s, residue), incoming, weight, /*turned*/ true, bias, gradient);
            }
        }
    }
}

// Sums of the products of what stands at a tap and the incoming gradient, [inputs][outputs] of each; `from` counts inputs.
template <int Vectors, typename Element>
inline void accumulate_gathered(
    const Gathering &g, int64_t first, int64_t end, const VolumeTap *taps, int64_t tap_count,
    const Channeled<const Element> &source, int64_t from, int64_t channels, const Element *incoming, int64_t outputs,
    float *sums) {
    constexpr int rows = gradient_rows<Vectors>;
    const int64_t depth = rounded_up(tap_count * channels, lanes), left_row = depth + padding, right_row = outputs + padding;
    float *left = scratch(Scratch::row, places_together * left_row);
    float *right = scratch(Scratch::sums, places_together * right_row);
    const Reach reach(g, taps, tap_count);
    // Columns behind the last tap are multiplied too.
    std::fill(left, left + places_together * left_row, 0.f);
    for (; first < end; first += places_together) {
        const int64_t count = std::min(places_together, end - first);
        gather(g, first, count, reach, source, from, channels, left, left_row);
        widen_rows<lanes>(incoming + first * outputs, count, outputs, right, right_row);
        for (int64_t out = 0; out < outputs; out += Vectors * lanes) {
            for (int64_t in = 0; in < depth; in += rows) {
                accumulate<rows, Vectors>(left + in, left_row, right + out, right_row, count, sums + in * outputs + out, outputs);
            }
        }
    }
}

// Few inputs: strips of the output with sums of their own.
template <int Vectors, typename Element>
void weight_gradient_of_few_channels(
    const ck_volume_convolution &s, const Gathering &g, const Channeled<const Element> &input, const Element *incoming,
    float *gradient) {
    constexpr int64_t strips = 64;
    const int64_t depth = taps_of(s) * s.inputs, size = rounded_up(depth, lanes) * s.outputs;
    float *sums = scratch(Scratch::partial, strips * size);
    parallel(strips, [&](int64_t strip) {
        float *to = sums + strip * size;
        std::fill(to, to + size, 0.f);
        accumulate_gathered<Vectors>(
            g, g.count() * strip / strips, g.count() * (strip + 1) / strips, g.taps.data(), taps_of(s), input, 0, s.inputs,
            incoming, s.outputs, to);
    });
    for (int64_t out = 0; out < s.outputs; out++) {
        for (int64_t in = 0; in < s.inputs; in++) {
            for (int64_t tap = 0; tap < taps_of(s); tap++) {
                double total = 0;
                for (int64_t strip = 0; strip < strips; strip++) {
                    total += sums[strip * size + (tap * s.inputs + in) * s.outputs + out];
                }
                gradient[(out * s.inputs + in) * taps_of(s) + tap] = static_cast<float>(total);
            }
        }
    }
}

// Many inputs: each tap's sums of some of the inputs are one thread's.
template <int Vectors, typename Element>
void weight_gradient_of_taps(
    const ck_volume_convolution &s, const Gathering &g, const Channeled<const Element> &input, const Element *incoming,
    float *gradient) {
    constexpr int64_t most = 64;
    const int64_t kernel = taps_of(s), chunks = (s.inputs + most - 1) / most;
    // The incoming gradient is widened once for each item: several taps of few inputs share it.
    const int64_t together = std::max<int64_t>(most / s.inputs, 1), groups = (kernel + together - 1) / together;
    float *sums = scratch(Scratch::weights, kernel * s.inputs * s.outputs);
    parallel(groups * chunks, [&](int64_t item) {
        const int64_t tap = item / chunks * together, taps = std::min(together, kernel - tap);
        const int64_t from = item % chunks * most, channels = std::min(most, s.inputs - from);
        float *to = sums + (tap * s.inputs + from) * s.outputs;
        std::fill(to, to + taps * channels * s.outputs, 0.f);
        accumulate_gathered<Vectors>(
            g, 0, g.count(), &g.taps[static_cast<size_t>(tap)], taps, input, from, channels, incoming, s.outputs, to);
    });
    parallel(s.outputs, [&](int64_t out) {
        for (int64_t in = 0; in < s.inputs; in++) {
            for (int64_t tap = 0; tap < kernel; tap++) {
                gradient[(out * s.inputs + in) * kernel + tap] = sums[(tap * s.inputs + in) * s.outputs + out];
            }
        }
    });
}

template <typename Element>
void weight_gradient_gathered(
    const ck_volume_convolution &s, const Channeled<const Element> &input, const Element *incoming, float *gradient) {
    const auto g = gathering_forward(s);
    with_panel(s.outputs, [&](auto vectors) {
        constexpr int V = decltype(vectors)::value;
        if (s.inputs < lanes) {
            weight_gradient_of_few_channels<V>(s, g, input, incoming, gradient);
        } else {
            weight_gradient_of_taps<V>(s, g, input, incoming, gradient);
        }
    });
}
