// The weights of 3×3×3 convolutions by tiles: transformed for the products, and their gradient from the sums over tiles.

constexpr int volume_taps = 27;

// [panel][place][plane][inputs][columns of the panel], the planes as F(Z, 3) has them. For the gradient of the inputs the kernel
// is turned around and what comes out goes in.
template <int Z>
void pack_volume_weights(
    const float *weight, int64_t inputs, int64_t outputs, bool turned, int vectors, float *packed) {
    constexpr int deep = Winograd<Z>::inputs, size = InPlane::inputs;
    const int64_t panel = vectors * lanes;
    const int64_t in_step = turned ? outputs * volume_taps : volume_taps, out_step = turned ? volume_taps : inputs * volume_taps;
    const float *end = weight + inputs * outputs * volume_taps;
    for_weights(inputs, outputs, [&](int64_t in, int64_t out) {
        // Two sixteens of taps of each lane; what stands behind the taps is read along where that is memory of the weights.
        F taps[2][lanes], g[volume_taps];
        const float *from = weight + in * in_step + out * out_step;
        const bool whole = from + (lanes - 1) * out_step + 2 * lanes <= end;
        for (int lane = 0; lane < lanes; lane++) {
            taps[0][lane] = load_channels(from + lane * out_step);
            taps[1][lane] = all(0.f);
            std::memcpy(&taps[1][lane], from + lane * out_step + lanes, sizeof(float) * (whole ? lanes : volume_taps - lanes));
        }
        transpose(taps[0]);
        transpose(taps[1]);
        for (int tap = 0; tap < volume_taps; tap++) {
            const int from_tap = turned ? volume_taps - 1 - tap : tap;
            g[tap] = taps[from_tap / lanes][from_tap % lanes];
        }
        F planes[3][InPlane::places];
        for (int plane = 0; plane < 3; plane++) {
            F columns[3][size];
            for (int j = 0; j < 3; j++) {
                const F column[3] = {g[plane * 9 + j], g[plane * 9 + 3 + j], g[plane * 9 + 6 + j]};
                InPlane::transform_weights(column, columns[j]);
            }
            for (int i = 0; i < size; i++) {
                const F row[3] = {columns[0][i], columns[1][i], columns[2][i]};
                InPlane::transform_weights(row, planes[plane] + i * size);
            }
        }
        float *to = packed + (out / panel * InPlane::places * deep * inputs + in) * panel + out % panel;
        for (int place = 0; place < InPlane::places; place++) {
            const F across[3] = {planes[0][place], planes[1][place], planes[2][place]};
            F t[deep];
            Winograd<Z>::transform_weights(across, t);
            for (int plane = 0; plane < deep; plane++) store_channels(to + (place * deep + plane) * inputs * panel, t[plane]);
        }
    });
}

// The transforms back of the sum over `parts` of [place][plane][inputs][outputs], into [outputs, inputs, 3, 3, 3].
template <int Z>
void unpack_volume_weight_gradient(int64_t inputs, int64_t outputs, const float *sums, int64_t parts, float *gradient) {
    constexpr int deep = Winograd<Z>::inputs, size = InPlane::inputs;
    const int64_t part_size = InPlane::places * deep * inputs * outputs;
    for_weights(inputs, outputs, [&](int64_t in, int64_t out) {
        F planes[3][InPlane::places], taps[2][lanes];
        for (int place = 0; place < InPlane::places; place++) {
            F across[deep], back[3];
            for (int plane = 0; plane < deep; plane++) {
                across[plane] = all(0.f);
                const float *from = sums + ((place * deep + plane) * inputs + in) * outputs + out;
                for (int64_t part = 0; part < parts; part++) across[plane] += load_channels(from + part * part_size);
            }
            Winograd<Z>::transform_weights_back(across, back);
            for (int plane = 0; plane < 3; plane++) planes[plane][place] = back[plane];
        }
        for (int tap = volume_taps; tap < 2 * lanes; tap++) taps[1][tap - lanes] = all(0.f);
        for (int plane = 0; plane < 3; plane++) {
            F columns[size][3];
            for (int j = 0; j < size; j++) {
                F column[size];
                for (int i = 0; i < size; i++) column[i] = planes[plane][i * size + j];
                InPlane::transform_weights_back(column, columns[j]);
            }
            for (int i = 0; i < 3; i++) {
                F row[size], made[3];
                for (int j = 0; j < size; j++) row[j] = columns[j][i];
                InPlane::transform_weights_back(row, made);
                for (int j = 0; j < 3; j++) {
                    const int tap = plane * 9 + i * 3 + j;
                    taps[tap / lanes][tap % lanes] = made[j];
                }
            }
        }
        transpose(taps[0]);
        transpose(taps[1]);
        for (int lane = 0; lane < lanes; lane++) {
            float *to = gradient + ((out + lane) * inputs + in) * volume_taps;
            store_channels(to, taps[0][lane]);
            std::memcpy(to + lanes, &taps[1][lane], sizeof(float) * (volume_taps - lanes));
        }
    });
}
