// The softmax of sixteen pixels.

template <int Classes> struct Softmax {
    F e[Block<Classes>::room];   // 2^((x − largest) log2 e)
    F largest;
    F total;                     // Σ e, from 1 to the number of classes

    Softmax(const Block<Classes> &block, int classes) {
        const int c = Classes ? Classes : classes;
        largest = block.x[0];
        for (int k = 1; k < c; k++) largest = max(block.x[k], largest);
        total = all(0.f);
        for (int k = 0; k < c; k++) {
            e[k] = exp2_of_negative((block.x[k] - largest) * all(log2e));
            total += e[k];
        }
    }
};

// The vector of the label's class.
template <int Classes> inline F at_label(const F *values, const Block<Classes> &block, int classes) {
    const int c = Classes ? Classes : classes;
    F value = all(0.f);
    for (int k = 0; k < c; k++) value = block.label == all(k) ? values[k] : value;
    return value;
}
