// Lovász-softmax (Berman et al. 2018): for each class the errors |y − p| are sorted, falling, and weighted by the steps of the
// Jaccard loss along that order.
//
// Errors lie in [0, 1], where the bits of a float order as the float does; so a radix sort of the bits replaces a comparison
// sort. The ten highest bits come first: from then on each bucket is small enough for the second cache, is sorted there by
// the twenty bits left, and knows from the counts before it where the Jaccard loss stands. Threads share the buckets.

// The key in the upper half, complemented so that rising keys are falling errors; the pixel's place below it; and in the
// lowest bit whether the pixel has the label. Entries are thus sorted whole, and the first of equal errors stays first.
typedef uint64_t Entry;

constexpr uint32_t key_of_zero = 0x3f800000;   // the bits of 1, the largest error: 30 bits
constexpr int key_bits = 30, digit_bits = 10, bucket_count = 1 << digit_bits;

inline uint32_t key_of(float error) { return key_of_zero - bits<uint32_t>(error); }
// NaN has no key; it comes last, and shows in the loss.
inline uint32_t top_digit(uint32_t key) { return std::min<uint32_t>(key >> (key_bits - digit_bits), bucket_count - 1); }
inline float error_of(Entry entry) { return bits<float>(key_of_zero - static_cast<uint32_t>(entry >> 32)); }

// Sorts entries whose highest digit is equal, with as much room beside.
inline void sort_bucket(Entry *entries, Entry *room, int64_t count) {
    if (count < 256) return std::sort(entries, entries + count);
    constexpr int digits = 2;
    uint32_t histogram[digits][bucket_count] = {};
    for (int64_t i = 0; i < count; i++) {
        for (int d = 0; d < digits; d++) histogram[d][entries[i] >> (32 + digit_bits * d) & (bucket_count - 1)]++;
    }
    Entry *from = entries, *to = room;
    for (int d = 0; d < digits; d++) {
        const int shift = 32 + digit_bits * d;
        // All in one bucket: nothing would move.
        if (histogram[d][from[0] >> shift & (bucket_count - 1)] == static_cast<uint32_t>(count)) continue;
        uint32_t start = 0;
        for (auto &bucket : histogram[d]) {
            const uint32_t held = bucket;
            bucket = start;
            start += held;
        }
        for (int64_t i = 0; i < count; i++) to[histogram[d][from[i] >> shift & (bucket_count - 1)]++] = from[i];
        std::swap(from, to);
    }
    if (from != entries) std::memcpy(entries, from, sizeof(Entry) * static_cast<size_t>(count));
}

// The pixels of one class that are sorted together: of an image, or of the batch.
class LovaszSet {
    const ck_batch &b;
    float *planes;
    const int64_t first_image, pixels;   // `pixels` of all images of the set
    const int k;
    const int64_t labelled;
    Entry *const entries, *const room;
    const int64_t slices;
    // Entries of each slice in each bucket, then where they go; and for a bucket, its first entry and the labels before it.
    std::vector<uint32_t> places;
    std::vector<int64_t> starts, labels_before;

    // Calls body(place, error, whether it has the label) for the pixels of a slice that take part.
    template <typename Body> void for_slice(int64_t slice, Body &&body) const {
        const int64_t end = pixels * (slice + 1) / slices;
        int8_t labels[tile_pixels];
        for (int64_t place = pixels * slice / slices; place < end;) {
            const int64_t image = first_image + place / b.pixels, pixel = place % b.pixels;
            const int count = static_cast<int>(std::min({int64_t{tile_pixels}, end - place, b.pixels - pixel}));
            if (b.label_type == CK_LABEL_UINT8) {
                take_labels(labels, static_cast<const uint8_t *>(b.labels) + image * b.pixels + pixel, count, b.ignore);
            } else {
                take_labels(labels, static_cast<const int64_t *>(b.labels) + image * b.pixels + pixel, count, b.ignore);
            }
            const float *errors = planes + (image * b.classes + k) * b.pixels + pixel;
            for (int i = 0; i < count; i++) {
                if (labels[i] >= 0) body(static_cast<uint32_t>(place + i), errors[i], labels[i] == k);
            }
            place += count;
        }
    }

    void fill_buckets() {
        std::vector<uint32_t> labels(static_cast<size_t>(slices * bucket_count), 0);
        parallel(slices, [&](int64_t slice) {
            uint32_t *held = &places[static_cast<size_t>(slice * bucket_count)];
            uint32_t *labels_held = &labels[static_cast<size_t>(slice * bucket_count)];
            for_slice(slice, [&](uint32_t, float error, bool is_label) {
                const uint32_t bucket = top_digit(key_of(error));
                held[bucket]++;
                labels_held[bucket] += is_label;
            });
        });
        uint32_t start = 0;
        int64_t seen = 0;
        for (int bucket = 0; bucket < bucket_count; bucket++) {
            starts.push_back(start);
            labels_before.push_back(seen);
            for (int64_t slice = 0; slice < slices; slice++) {
                auto &place = places[static_cast<size_t>(slice * bucket_count + bucket)];
                const uint32_t held = place;
                place = start;
                start += held;
                seen += labels[static_cast<size_t>(slice * bucket_count + bucket)];
            }
        }
        starts.push_back(start);
        parallel(slices, [&](int64_t slice) {
            uint32_t *place_of = &places[static_cast<size_t>(slice * bucket_count)];
            for_slice(slice, [&](uint32_t place, float error, bool is_label) {
                const uint32_t key = key_of(error);
                entries[place_of[top_digit(key)]++] = static_cast<Entry>(key) << 32 | place << 1 | is_label;
            });
        });
    }

    // The loss of a sorted bucket; its errors become d loss / d p.
    double finish_bucket(int bucket, double weight) const {
        const int64_t first = starts[static_cast<size_t>(bucket)], end = starts[static_cast<size_t>(bucket) + 1];
        int64_t intersection = labelled - labels_before[static_cast<size_t>(bucket)];
        int64_t joined = labelled + first - labels_before[static_cast<size_t>(bucket)];
        // place / b.pixels by a multiplication, exact for places of 32 bits.
        const uint64_t inverse = b.pixels == 1 ? 0 : ~uint64_t{0} / static_cast<uint64_t>(b.pixels) + 1;
        double loss = 0;
        for (int64_t i = first; i < end; i++) {
            const Entry entry = entries[i];
            const bool is_label = entry & 1;
            intersection -= is_label;
            joined += !is_label;
            const double union_size = static_cast<double>(joined);
            const double step = (is_label ? 1.0 : static_cast<double>(intersection)) / (is_label ? union_size : union_size * (union_size - 1));
            loss += error_of(entry) * step;
            const uint64_t place = (entry & 0xffffffffu) >> 1;
            const uint64_t image = inverse ? static_cast<uint64_t>(static_cast<unsigned __int128>(place) * inverse >> 64) : place;
            const int64_t skipped = static_cast<int64_t>(image) * (b.classes - 1) * b.pixels;   // planes of other classes
            planes[(first_image * b.classes + k) * b.pixels + skipped + static_cast<int64_t>(place)] =
                static_cast<float>((is_label ? -step : step) * weight);
        }
        return loss;
    }

  public:
    // `entries` and `room` hold an entry for each pixel of the set.
    LovaszSet(const ck_batch &batch, float *planes, int64_t first_image, int64_t images, int k, int64_t labelled, Entry *entries, Entry *room)
        : b(batch), planes(planes), first_image(first_image), pixels(images * batch.pixels), k(k), labelled(labelled),
          entries(entries), room(room), slices(std::clamp<int64_t>(images * batch.pixels >> 16, 1, 32)),
          places(static_cast<size_t>(slices * bucket_count), 0) {}

    // The loss; the errors become d loss / d p times `weight`.
    double finish(double weight) {
        fill_buckets();
        // Neighbouring buckets in pieces of like size: the first buckets may hold most of the pixels.
        const int64_t count = starts.back(), pieces = std::clamp<int64_t>(count >> 12, 1, 256);
        std::vector<double> losses(bucket_count, 0);
        parallel(pieces, [&](int64_t piece) {
            const auto begin = std::lower_bound(starts.begin(), starts.end() - 1, count * piece / pieces);
            const auto end = std::lower_bound(starts.begin(), starts.end() - 1, count * (piece + 1) / pieces);
            for (auto start = begin; start < end; start++) {
                const int bucket = static_cast<int>(start - starts.begin());
                sort_bucket(entries + start[0], room + start[0], start[1] - start[0]);
                losses[static_cast<size_t>(bucket)] = finish_bucket(bucket, weight);
            }
        });
        double loss = 0;
        for (double part : losses) loss += part;
        return loss * weight;
    }
};

// Writes |y − p| for all classes, and counts the labels of each class in each chunk.
template <int Classes> void make_errors(const ck_batch &b, float *planes, std::vector<int64_t> &labelled) {
    for_tiles(b, [&](const Tile &tile, int64_t chunk, int64_t image, int64_t pixel) {
        const int c = Classes ? Classes : tile.classes;
        for (int i = 0; i < tile.end; i += lanes) {
            const I label = load_labels(tile, i);
            F x[room<Classes>];
            load_scores<Classes>(x, tile, i, counted(label));
            const Softmax<Classes> softmax(x, c);
            const F inverse = reciprocal(softmax.total);
            const auto used = static_cast<size_t>(std::min<int64_t>(lanes, b.pixels - pixel - i));
            for (int k = 0; k < c; k++) {
                const F p = softmax.e[k] * inverse;
                // p may round above 1.
                const F error = max(all(0.f), min(all(1.f), choose(same(label, all(k)), all(1.f) - p, p)));
                std::memcpy(planes + (image * c + k) * b.pixels + pixel + i, &error, sizeof(float) * used);
            }
        }
        for (int k = 0; k < c; k++) {
            int count = 0;
            for (int i = 0; i < tile.end; i++) count += tile.label[i] == k;
            labelled[static_cast<size_t>(chunk * c + k)] += count;
        }
    });
}

// derivatives: of all pixels; `pixel` is the tile's first. They may stand where the gradient goes.
template <int Classes, Softmaxes Are>
void store_lovasz_gradient(const Tile &tile, const float *derivatives, const ck_batch &b, int64_t image, int64_t pixel) {
    const int c = Classes ? Classes : tile.classes;
    const GradientWriter gradient(tile);
    for (int i = 0; i < tile.end; i += lanes) {
        const Mask counts = counted(load_labels(tile, i));
        F x[room<Classes>], d[room<Classes>];
        load_scores<Classes>(x, tile, i, counts);
        const auto used = static_cast<size_t>(std::min<int64_t>(lanes, b.pixels - pixel - i));
        for (int k = 0; k < c; k++) {
            d[k] = all(0.f);
            std::memcpy(&d[k], derivatives + (image * c + k) * b.pixels + pixel + i, sizeof(float) * used);
        }
        store_through_softmax(softmax_of<Classes, Are>(tile, x, i), d, counts, gradient, c, i);
    }
}

double lovasz(const ck_batch &b, bool per_image, double scale, float *planes) {
    constexpr double failure = std::numeric_limits<double>::quiet_NaN();
    const int c = static_cast<int>(b.classes);
    const int64_t groups = per_image ? b.images : 1, images = per_image ? 1 : b.images;
    // The place and one more bit must fit 32.
    if (images * b.pixels > INT32_MAX) return failure;

    std::vector<int64_t> labelled(static_cast<size_t>(b.images * chunks_of(b) * c), 0);
    ck_batch scores = b;
    scores.gradient = nullptr;   // which the planes may be
    with_classes(c, [&](auto count) { make_errors<decltype(count)::value>(scores, planes, labelled); });
    std::vector<int64_t> counts(static_cast<size_t>(groups * c), 0);
    for (int64_t chunk = 0; chunk < b.images * chunks_of(b); chunk++) {
        const int64_t group = per_image ? chunk / chunks_of(b) : 0;
        for (int k = 0; k < c; k++) counts[static_cast<size_t>(group * c + k)] += labelled[static_cast<size_t>(chunk * c + k)];
    }
    const auto present = [&](int64_t group) {
        const auto of = counts.begin() + group * c;
        return std::count_if(of, of + c, [](int64_t count) { return count > 0; });
    };
    int64_t counted_groups = 0;   // images without a pixel that takes part are left out of the mean
    for (int64_t group = 0; group < groups; group++) counted_groups += present(group) > 0;

    const auto capacity = static_cast<size_t>(images * b.pixels);
    const std::unique_ptr<Entry[]> entries(new (std::nothrow) Entry[capacity]), room(new (std::nothrow) Entry[capacity]);
    if (!entries || !room) return failure;
    double loss = 0;
    for (int64_t group = 0; group < groups; group++) {
        for (int k = 0; k < c; k++) {
            const int64_t count = counts[static_cast<size_t>(group * c + k)];
            if (count > 0) {
                LovaszSet set(b, planes, group * images, images, k, count, entries.get(), room.get());
                loss += set.finish(scale / static_cast<double>(present(group) * counted_groups));
                continue;
            }
            parallel(images, [&](int64_t image) {
                std::fill_n(planes + ((group * images + image) * c + k) * b.pixels, b.pixels, 0.f);
            });
        }
    }
    return loss;
}
