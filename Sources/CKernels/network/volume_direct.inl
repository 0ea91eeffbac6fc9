// Convolutions of volumes with any kernel and stride, as products of gathered neighbours and weights.

// Places that are gathered together; a multiple of every product's rows.
constexpr int64_t places_together = 48;

// made[place] = Σ source[place + tap]·weights[tap] + bias; packed: [panel][tap][channel][columns of the panel].
template <int Vectors, typename Element>
void multiply_gathered(
    const Gathering &g, const Channeled<const Element> &source, const Operand<Element> *packed, const float *bias,
    const Channeled<Element> &made) {
    constexpr int rows = product_rows<Vectors>;
    constexpr int64_t panel = Vectors * lanes, each = terms<Element>;
    static_assert(places_together % rows == 0);
    const auto taps = static_cast<int64_t>(g.taps.size());
    const int64_t channels = source.count(), columns = made.count();
    const int64_t depth = rounded_up(taps * channels, each), row_size = depth + each * padding;
    const Reach reach(g, g.taps.data(), taps);
    parallel((g.count() + places_together - 1) / places_together, [&](int64_t block) {
        const int64_t first = block * places_together, count = std::min(places_together, g.count() - first);
        auto *left = scratch_of<Gathered<Element>>(Scratch::row, places_together * row_size);
        float products[places_together * panel];
        int64_t voxels[places_together];
        gather(g, first, count, reach, source, 0, channels, left, row_size);
        if (depth > taps * channels) {
            for (int64_t row = 0; row < count; row++) left[row * row_size + depth - 1] = {};
        }
        auto place = g[first];
        for (int64_t row = 0; row < count; row++, g.advance(place)) voxels[row] = g.made(place);
        for (int64_t column = 0; column < columns; column += panel) {
            for (int64_t row = 0; row < count; row += rows) {
                multiply<rows, Vectors>(
                    reinterpret_cast<const Operand<Element> *>(left + row * row_size), row_size / each,
                    packed + column * (depth / each), depth / each, products + row * panel, panel);
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
    constexpr int64_t each = terms<Element>;
    const int64_t channels = source.count(), columns = made.count(), kernel = taps_of(s);
    const auto taps = static_cast<int64_t>(g.taps.size());
    const int64_t panel = panel_vectors(columns) * lanes, depth = rounded_up(taps * channels, each);
    auto *packed = scratch_of<Gathered<Element>>(Scratch::weights, depth * columns);
    // [panel][terms of a sum, by operands][columns of the panel][terms of an operand]
    const auto place = [&](int64_t column, int64_t term) {
        return (column / panel * (depth / each) * panel + term / each * panel + column % panel) * each + term % each;
    };
    // All columns of a panel together, whose weights of a channel stay in the first cache from tap to tap.
    parallel(columns / panel * channels, [&](int64_t item) {
        const int64_t first = item / channels * panel, c = item % channels;
        for (int64_t tap = 0; tap < taps; tap++) {
            const float *from = weight + g.taps[static_cast<size_t>(tap)].weight;
            auto *to = packed + place(first, tap * channels + c);
            for (int64_t column = first; column < first + panel; column++, to += each) {
                const float own = from[(turned ? c * s.inputs + column : column * s.inputs + c) * kernel];
                read_number(to, nearest<Element>(own));
            }
        }
    });
    if (depth > taps * channels) {
        for (int64_t column = 0; column < columns; column++) packed[place(column, depth - 1)] = {};
    }
    with_panel(columns, [&](auto vectors) {
        multiply_gathered<decltype(vectors)::value>(
            g, source, reinterpret_cast<const Operand<Element> *>(packed), bias, made);
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
    constexpr int64_t each = terms<Element>;
    const int64_t depth = rounded_up(tap_count * channels, lanes), left_row = depth + padding, right_row = outputs + padding;
    const Reach reach(g, taps, tap_count);
    auto *left = scratch_of<Operand<Element>>(Scratch::row, places_together / each * left_row);
    auto *right = scratch_of<Operand<Element>>(Scratch::sums, places_together / each * right_row);
    auto *gathered = reinterpret_cast<Gathered<Element> *>(left);
    if constexpr (each > 1) gathered = scratch_of<Gathered<Element>>(Scratch::products, places_together * left_row);
    // Columns behind the last tap are multiplied too.
    std::memset(gathered, 0, static_cast<size_t>(places_together * left_row) * sizeof *gathered);
    for (; first < end; first += places_together) {
        const int64_t count = std::min(places_together, end - first), operands = (count + each - 1) / each;
        gather(g, first, count, reach, source, from, channels, gathered, left_row);
        if constexpr (each > 1) {
            pairs_of_rows(gathered, left_row, count, depth, left, left_row);
            pairs_of_rows(incoming + first * outputs, outputs, count, outputs, right, right_row);
        } else {
            widen_rows<lanes>(incoming + first * outputs, count, outputs, right, right_row);
        }
        for (int64_t out = 0; out < outputs; out += Vectors * lanes) {
            for (int64_t in = 0; in < depth; in += rows) {
                accumulate<rows, Vectors>(
                    left + in, left_row, right + out, right_row, operands, sums + in * outputs + out, outputs);
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
