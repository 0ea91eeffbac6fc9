// Lovász-softmax (Berman et al. 2018): for each class the errors |y − p| are sorted, falling, and weighted by the steps of the
// Jaccard loss along that order.
//
// Errors lie in [0, 1], where the bits of a float order as the float does; so a radix sort of the bits replaces a comparison
// sort. First the errors go into some thousand buckets, in the order of the pixels; each bucket fits the first caches, is
// sorted there, and knows from the counts before it where the Jaccard loss stands. A derivative takes the place that its
// error had in the bucket, so that the pixels, in their order, find theirs one after the other: no pass writes a line of
// the cache for 4 bytes of it. Threads share the pixels, then the buckets, then the pixels.

// What a bucket holds of a pixel: in the lowest bit whether it has the label, above it its key, the error's bits
// complemented so that rising keys are falling errors. NaN has no key and goes first; it shows in the loss.
typedef uint32_t Word;
// The same for the sort: the key in the upper half, then the place in the bucket, of 31 bits, then the lowest bit. The first of
// equal errors stays first.
typedef uint64_t Entry;

constexpr uint32_t key_of_zero = 0x3f800000;   // the bits of 1, the largest error

inline Word word_of(float error, bool is_label) { return (key_of_zero - bits<uint32_t>(error)) << 1 | is_label; }
inline float error_of(uint32_t key) { return bits<float>(key_of_zero - key); }

// Which bucket an error goes to: the larger the error the earlier. Evenly spaced ones for a network that is yet to learn, and
// four for each halving below, where the errors of a trained one lie. The sum of two numbers that rise rises.
class Buckets {
    static constexpr uint32_t smallest = 65u << 23;   // 2^−62, and all below
    static constexpr int log_shift = 21;
    const int linear_shift;
    const uint32_t top;

  public:
    // As many as leave each about a thousand errors.
    explicit Buckets(int64_t pixels)
        : linear_shift(23 - std::clamp(54 - __builtin_clzll(static_cast<uint64_t>(pixels) | 1), 4, 9)),
          top(((key_of_zero - smallest) >> log_shift) + ((1u << 23) >> linear_shift)) {}

    int count() const { return static_cast<int>(top) + 1; }

    uint32_t operator()(float error) const {
        const uint32_t linear = (bits<uint32_t>(error + 1.f) - key_of_zero) >> linear_shift;
        const uint32_t logarithmic = (std::max(bits<uint32_t>(error), smallest) - smallest) >> log_shift;
        return top - std::min(linear + logarithmic, top);
    }
};

// Room to sort a bucket in.
class BucketSort {
    const Buffer<Entry> entries, other;
    static constexpr int largest_digit = 11, most_digits = 4;   // of 8 bits in small buckets
    uint32_t histogram[most_digits][1 << largest_digit];

    static Entry entry(Word word, int64_t place) {
        return static_cast<Entry>(word >> 1) << 32 | static_cast<Entry>(place) << 1 | (word & 1);
    }

    // Sorted by the lowest `width` bits of the keys.
    template <int Digits> const Entry *sorted(const Word *words, int64_t count, int width) {
        const int digit_bits = (width + Digits - 1) / Digits, buckets = 1 << digit_bits;
        const uint32_t mask = static_cast<uint32_t>(buckets) - 1;
        for (int d = 0; d < Digits; d++) std::fill_n(histogram[d], buckets, 0u);
        for (int64_t i = 0; i < count; i++) {
            const uint32_t key = words[i] >> 1;
            for (int d = 0; d < Digits; d++) histogram[d][key >> digit_bits * d & mask]++;
        }
        Entry *from = entries.get(), *to = other.get();
        for (int d = 0; d < Digits; d++) {
            uint32_t *place_of = histogram[d];
            uint32_t start = 0;
            for (int bucket = 0; bucket < buckets; bucket++) start += std::exchange(place_of[bucket], start);
            const int shift = 32 + digit_bits * d;
            for (int64_t i = 0; i < count; i++) {
                const Entry next = d == 0 ? entry(words[i], i) : from[i];
                to[place_of[next >> shift & mask]++] = next;
            }
            std::swap(from, to);
        }
        return from;
    }

  public:
    explicit BucketSort(int64_t capacity) : entries(capacity), other(capacity) {}

    // The entries of a bucket, sorted.
    const Entry *operator()(const Word *words, int64_t count) {
        Word differing = 0;
        for (int64_t i = 0; i < count; i++) differing |= words[i] ^ words[0];
        // Only the bits in which keys differ: few, where buckets are evenly spaced.
        const int width = differing > 1 ? 31 - __builtin_clz(differing) : 0;
        if (width == 0 || count < 64) {
            for (int64_t i = 0; i < count; i++) entries.get()[i] = entry(words[i], i);
            if (width) std::sort(entries.get(), entries.get() + count);
            return entries.get();
        }
        const int digit_bits = count < 4096 ? 8 : largest_digit;
        switch ((width + digit_bits - 1) / digit_bits) {
        case 1: return sorted<1>(words, count, width);
        case 2: return sorted<2>(words, count, width);
        case 3: return sorted<3>(words, count, width);
        default: return sorted<4>(words, count, width);
        }
    }
};

// How far the Jaccard loss of a class is along the sorted errors, and its share in the objective.
struct JaccardWalk {
    int32_t intersection, joined;   // pixels of the class still to come, and those of the union so far
    double weight;   // 0 for a class that takes no part

    // 1, 2, … 16.
    static I count_to_lanes() { return I{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}; }

    // The steps at sixteen errors, in double precision: 1 / U where the pixel has the label, I / (U (U − 1)) elsewhere.
    static D step(I intersection, I joined, Mask is_label) {
        const D u = __builtin_convertvector(joined, D), i = __builtin_convertvector(intersection, D);
        return choose(is_label, all(1.0), i) / choose(is_label, u, u * (u - all(1.0)));
    }
};

// The pixels of one class that are sorted together: of an image, or of the batch. The other of two classes has the same
// errors, and the labels that the first has not; then the set is of both, and derivatives are those of the first class's
// probability less those of the second's, which are written as 0.
class LovaszSet {
    const ck_batch &b;
    float *planes;
    const int64_t first_image, pixels;   // `pixels` of all images of the set
    const int k;
    const Buckets bucket_of;
    const int bucket_count;
    Word *const words;
    const int64_t slices;
    // Words of each slice in each bucket, then where they go; and for a bucket, its first word and the labels before it.
    Vector<uint32_t> places;
    Vector<int64_t> starts, labels_before;

    uint32_t *places_of(int64_t slice) { return &places[static_cast<size_t>(slice * bucket_count)]; }

    // Calls body(errors, labels, buckets, count) for the pixels of a slice, some at a time.
    template <typename Body> void for_slice(int64_t slice, Body &&body) const {
        const int64_t end = pixels * (slice + 1) / slices;
        int8_t labels[tile_pixels];
        uint32_t buckets[tile_pixels];
        for (int64_t place = pixels * slice / slices; place < end;) {
            const int64_t image = first_image + place / b.pixels, pixel = place % b.pixels;
            const int count = static_cast<int>(std::min({int64_t{tile_pixels}, end - place, b.pixels - pixel}));
            if (b.label_type == CK_LABEL_UINT8) {
                take_labels(labels, static_cast<const uint8_t *>(b.labels) + image * b.pixels + pixel, count, b.ignore);
            } else {
                take_labels(labels, static_cast<const int64_t *>(b.labels) + image * b.pixels + pixel, count, b.ignore);
            }
            float *errors = planes + (image * b.classes + k) * b.pixels + pixel;
            for (int i = 0; i < count; i++) buckets[i] = bucket_of(errors[i]);
            body(errors, labels, buckets, count);
            place += count;
        }
    }

    void fill_buckets() {
        Vector<uint64_t> held(static_cast<size_t>(slices * bucket_count), 0);   // words; in the upper half, labels
        parallel(slices, [&](int64_t slice) {
            uint64_t *of = &held[static_cast<size_t>(slice * bucket_count)];
            for_slice(slice, [&](const float *, const int8_t *labels, const uint32_t *buckets, int count) {
                for (int i = 0; i < count; i++) {
                    if (labels[i] >= 0) of[buckets[i]] += 1 + (static_cast<uint64_t>(labels[i] == k) << 32);
                }
            });
        });
        uint32_t start = 0;
        int64_t seen = 0;
        for (int bucket = 0; bucket < bucket_count; bucket++) {
            starts.push_back(start);
            labels_before.push_back(seen);
            for (int64_t slice = 0; slice < slices; slice++) {
                const uint64_t of = held[static_cast<size_t>(slice * bucket_count + bucket)];
                places_of(slice)[bucket] = start;
                start += static_cast<uint32_t>(of);
                seen += static_cast<int64_t>(of >> 32);
            }
        }
        starts.push_back(start);
        parallel(slices, [&](int64_t slice) {
            uint32_t *place_of = places_of(slice);
            for_slice(slice, [&](const float *errors, const int8_t *labels, const uint32_t *buckets, int count) {
                for (int i = 0; i < count; i++) {
                    if (labels[i] >= 0) words[place_of[buckets[i]]++] = word_of(errors[i], labels[i] == k);
                }
            });
        });
    }

    // The loss of a bucket, of both classes where they share the errors; its words become derivatives, each where its error was.
    template <bool Both> double finish_bucket(size_t bucket, BucketSort &sort, JaccardWalk own, JaccardWalk other) const {
        const int64_t first = starts[bucket], count = starts[bucket + 1] - first;
        const auto labels = static_cast<int32_t>(labels_before[bucket]), rest = static_cast<int32_t>(first - labels_before[bucket]);
        own.intersection -= labels;
        own.joined += rest;
        other.intersection -= rest;
        other.joined += labels;
        const Entry *sorted = sort(words + first, count);
        constexpr int64_t block = 256;
        alignas(64) int32_t is_label[block], found[block];   // whether, and how many so far
        alignas(64) uint32_t place[block];
        alignas(64) float error[block], derivative[block];
        D loss = all(0.0);
        int32_t found_before = 0;
        for (int64_t start = 0; start < count; start += block) {
            const Entry *entries = sorted + start;
            const auto used = static_cast<int>(std::min(block, count - start)), end = (used + lanes - 1) / lanes * lanes;
            for (int i = 0; i < used; i++) {
                is_label[i] = static_cast<int32_t>(entries[i] & 1);
                place[i] = static_cast<uint32_t>(entries[i]) >> 1;
                error[i] = error_of(static_cast<uint32_t>(entries[i] >> 32));
            }
            // Behind the end errors of 0.
            std::fill(error + used, error + end, 0.f);
            std::fill(is_label + used, is_label + end, 0);
            for (int i = 0; i < end; i++) found[i] = found_before += is_label[i];
            for (int i = 0; i < end; i += lanes) {
                const Mask labelled = same(load_numbers(is_label + i), all(int32_t{1}));
                const I so_far = JaccardWalk::count_to_lanes() + all(static_cast<int32_t>(start + i));
                const I with = load_numbers(found + i), without = so_far - with;
                D step = all(0.0);
                if (own.weight != 0) {
                    step = JaccardWalk::step(all(own.intersection) - with, all(own.joined) + without, labelled) * all(own.weight);
                }
                if (Both && other.weight != 0) {
                    const Mask others = same(load_numbers(is_label + i), all(int32_t{0}));
                    step += JaccardWalk::step(all(other.intersection) - without, all(other.joined) + with, others) * all(other.weight);
                }
                loss += __builtin_convertvector(load(error + i), D) * step;
                const F d = __builtin_convertvector(step, F);
                store(derivative + i, choose(labelled, -d, d));
            }
            for (int i = 0; i < used; i++) words[first + place[i]] = bits<uint32_t>(derivative[i]);
        }
        return sum(loss);
    }

    // The derivatives go from the buckets to the pixels.
    void empty_buckets() {
        parallel(slices, [&](int64_t slice) {
            // Where the slice's words began is where those of the slice before ended.
            Vector<uint32_t> place_of(starts.begin(), starts.end());
            if (slice > 0) std::copy_n(places_of(slice - 1), bucket_count, place_of.begin());
            for_slice(slice, [&](float *derivatives, const int8_t *labels, const uint32_t *buckets, int count) {
                for (int i = 0; i < count; i++) {
                    if (labels[i] < 0) continue;
                    const Word *word = words + place_of[buckets[i]]++;
                    __builtin_prefetch(word + 2 * lanes);
                    derivatives[i] = bits<float>(*word);
                }
            });
        });
    }

  public:
    // `words` holds one for each pixel of the set.
    LovaszSet(const ck_batch &batch, float *planes, int64_t first_image, int64_t images, int k, Word *words)
        : b(batch), planes(planes), first_image(first_image), pixels(images * batch.pixels), k(k), bucket_of(pixels),
          bucket_count(bucket_of.count()), words(words), slices(std::clamp<int64_t>(pixels >> 16, 1, 32)),
          places(static_cast<size_t>(slices * bucket_count), 0) {}

    // The loss; the errors become derivatives.
    double finish(const JaccardWalk &own, const JaccardWalk &other) {
        fill_buckets();
        // Neighbouring buckets in pieces of like size: some buckets may hold most of the pixels.
        const int64_t count = starts.back(), pieces = std::clamp<int64_t>(count >> 12, 1, 256);
        Vector<double> losses(static_cast<size_t>(bucket_count), 0);
        parallel(pieces, [&](int64_t piece) {
            const auto begin = std::lower_bound(starts.begin(), starts.end() - 1, count * piece / pieces);
            const auto end = std::lower_bound(starts.begin(), starts.end() - 1, count * (piece + 1) / pieces);
            int64_t largest = 0;
            for (auto start = begin; start < end; start++) largest = std::max(largest, start[1] - start[0]);
            if (largest == 0) return;
            BucketSort sort(largest);
            for (auto start = begin; start < end; start++) {
                const auto bucket = static_cast<size_t>(start - starts.begin());
                losses[bucket] = b.classes == 2 ? finish_bucket<true>(bucket, sort, own, other)
                                                : finish_bucket<false>(bucket, sort, own, other);
            }
        });
        empty_buckets();
        double loss = 0;
        for (double part : losses) loss += part;
        return loss;
    }
};

// Writes |y − p| for all classes, for the first of two, and counts the labels of each class in each chunk.
template <int Classes> void make_errors(const ck_batch &b, float *planes, Vector<int64_t> &labelled) {
    for_tiles(b, [&](const Tile &tile, int64_t chunk, int64_t image, int64_t pixel) {
        const int c = Classes ? Classes : tile.classes;
        for (int i = 0; i < tile.end; i += lanes) {
            const I label = load_labels(tile, i);
            F x[room<Classes>];
            load_scores<Classes>(x, tile, i, counted(label));
            const Softmax<Classes> softmax(x, c);
            const F inverse = reciprocal(softmax.total);
            const auto used = static_cast<size_t>(std::min<int64_t>(lanes, b.pixels - pixel - i));
            for (int k = 0; k < (Classes == 2 ? 1 : c); k++) {
                const F p = softmax.e[k] * inverse;
                // The other probability has the digits that 1 − p lacks.
                const F rest = Classes == 2 ? softmax.e[1] * inverse : all(1.f) - p;
                // p may round above 1.
                const F error = max(all(0.f), min(all(1.f), choose(same(label, all(k)), rest, p)));
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
        F p[room<Classes>], d[room<Classes>];
        load_probabilities<Classes, Are>(p, tile, i, counts);
        const auto used = static_cast<size_t>(std::min<int64_t>(lanes, b.pixels - pixel - i));
        for (int k = 0; k < c; k++) {
            d[k] = all(0.f);
            std::memcpy(&d[k], derivatives + (image * c + k) * b.pixels + pixel + i, sizeof(float) * used);
        }
        store_through_softmax<Classes>(p, d, gradient, c, i);
    }
}

double lovasz(const ck_batch &b, bool per_image, double scale, float *planes) {
    const int c = static_cast<int>(b.classes);
    const int64_t groups = per_image ? b.images : 1, images = per_image ? 1 : b.images;

    Vector<int64_t> labelled(static_cast<size_t>(b.images * chunks_of(b) * c), 0);
    ck_batch scores = b;
    scores.gradient = nullptr;   // which the planes may be
    with_classes(c, [&](auto count) { make_errors<decltype(count)::value>(scores, planes, labelled); });
    Vector<int64_t> counts(static_cast<size_t>(groups * c), 0);
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

    const Buffer<Word> words(images * b.pixels);
    double loss = 0;
    for (int64_t group = 0; group < groups; group++) {
        const auto clear = [&](int k) {
            parallel(images, [&](int64_t image) {
                std::fill_n(planes + ((group * images + image) * c + k) * b.pixels, b.pixels, 0.f);
            });
        };
        const auto walk = [&](int k) {
            const int64_t count = counts[static_cast<size_t>(group * c + k)];
            const double weight = count > 0 ? scale / static_cast<double>(present(group) * counted_groups) : 0;
            return JaccardWalk{static_cast<int32_t>(count), static_cast<int32_t>(count), weight};
        };
        for (int k = 0; k < c; k++) {
            const JaccardWalk own = walk(k), other = c == 2 ? walk(1) : JaccardWalk{0, 0, 0};
            if (own.weight == 0 && other.weight == 0) {
                clear(k);
                continue;
            }
            loss += LovaszSet(b, planes, group * images, images, k, words.get()).finish(own, other);
            if (c != 2) continue;
            clear(1);
            break;
        }
    }
    return loss;
}
