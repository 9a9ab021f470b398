// Products of few rows (decoding): bound by the weight's bytes, which flow through shared memory with several tiles on the way.
#include "tiles.cuh"

/** Up to 16 rows of x and 32 of the weight, 64 of the depth; STAGES tiles in a ring. */
template <class T, int THREADS, int STAGES>
struct FewRows {
  static constexpr int DEPTH = 64, WIDTH = 32, HEIGHT = 16;
  static constexpr int ROOM = 16;  // bytes between rows, so that neighbouring lanes read different banks
  struct Tile {
    unsigned char weight[WIDTH][DEPTH * sizeof(T) + ROOM];
    unsigned char x[HEIGHT][DEPTH * sizeof(float) + ROOM];

    __device__ __forceinline__ const T* weights(int column) const { return (const T*)weight[column]; }

    __device__ __forceinline__ const float* floats(int row) const { return (const float*)x[row]; }
  };

  const float* x;
  const T* weight;
  int ldx, ldw, rows, columns, depth;
  bool aligned;

  __device__ __forceinline__ FewRows(const float* a, int lda, const T* b, int ldb, int m, int n, int k)
      : x(a + (long long)blockIdx.y * HEIGHT * lda),
        weight(b + (long long)blockIdx.x * WIDTH * ldb),
        ldx(lda),
        ldw(ldb),
        rows(m - blockIdx.y * HEIGHT),
        columns(n - blockIdx.x * WIDTH),
        depth(k),
        aligned(lda % 4 == 0 && ldb % (16 / (int)sizeof(T)) == 0 && (((unsigned long long)a | (unsigned long long)b) & 15) == 0) {}

  /** Begins the copies of a tile; a group of copies even where there is none. */
  __device__ __forceinline__ void load(Tile& tile, int start) const {
    if (start < depth) {
      lines<T, WIDTH, sizeof(tile.weight[0])>(&tile.weight[0][0], weight, ldw, columns, start);
      lines<float, HEIGHT, sizeof(tile.x[0])>(&tile.x[0][0], x, ldx, rows, start);
    }
    copies_commit();
  }

 private:
  template <class E, int COUNT, int PITCH>
  __device__ __forceinline__ void lines(unsigned char* to, const E* from, int ld, int count, int start) const {
    constexpr int EACH = 16 / sizeof(E), CHUNKS = DEPTH / EACH;
#pragma unroll
    for (int i = threadIdx.x; i < COUNT * CHUNKS; i += THREADS) {
      const int line = i / CHUNKS, at = i % CHUNKS * EACH;
      const int left = line < count ? min(max(depth - start - at, 0), EACH) : 0;
      const E* source = from + (left > 0 ? (long long)line * ld + start + at : 0);
      unsigned char* target = to + line * PITCH + at * (int)sizeof(E);
      if (aligned) {
        copy16(target, source, left * (int)sizeof(E));
      } else {
#pragma unroll
        for (int e = 0; e < EACH; e++) ((E*)target)[e] = e < left ? source[e] : (E)0;
      }
    }
  }
};

/** Four floats of a row in shared memory. */
__device__ __forceinline__ void four(float (&v)[4], const float* p) {
  const float4 f = *(const float4*)p;
  v[0] = f.x;
  v[1] = f.y;
  v[2] = f.z;
  v[3] = f.w;
}

__device__ __forceinline__ void four(float (&v)[4], const stored_bf16* p) {
  const uint2 f = *(const uint2*)p;
  v[0] = widen(f.x);
  v[1] = __uint_as_float(f.x & 0xffff0000u);
  v[2] = widen(f.y);
  v[3] = __uint_as_float(f.y & 0xffff0000u);
}

/** Float32: a lane is a column, a warp has two rows. */
template <class B, int STAGES>
__device__ __forceinline__ void few_floats(const float* a, int lda, const B* b, int ldb, const float* bias, float* c, int ldc, int m, int n, int k, int add) {
  typedef FewRows<B, 256, STAGES> Rows;
  __shared__ __align__(16) typename Rows::Tile ring[STAGES];
  const Rows operands(a, lda, b, ldb, m, n, k);
  const int lane = threadIdx.x & 31, column = blockIdx.x * Rows::WIDTH + lane;
  const int first = threadIdx.x >> 5, row = blockIdx.y * Rows::HEIGHT + first;
  const bool one = row < m, two = row + 8 < m;
  float sum0 = add && one && column < n ? c[(long long)row * ldc + column] : 0.f;
  float sum1 = add && two && column < n ? c[(long long)(row + 8) * ldc + column] : 0.f;
  for (int s = 0; s < STAGES - 1; s++) operands.load(ring[s], s * Rows::DEPTH);
  int at = 0;
  for (int start = 0; start < k; start += Rows::DEPTH) {
    copies_wait<STAGES - 2>();
    __syncthreads();
    operands.load(ring[at == 0 ? STAGES - 1 : at - 1], start + (STAGES - 1) * Rows::DEPTH);
    const typename Rows::Tile& tile = ring[at];
    const B* weights = tile.weights(lane);
    const int depth = min(Rows::DEPTH, k - start);
    if (one) {
      const float* x0 = tile.floats(first);
      const float* x1 = tile.floats(first + 8);
      if (depth == Rows::DEPTH) {
#pragma unroll
        for (int d = 0; d < Rows::DEPTH; d += 4) {
          float w[4], u[4];
          four(w, weights + d);
          four(u, x0 + d);
#pragma unroll
          for (int e = 0; e < 4; e++) sum0 = fmaf(u[e], w[e], sum0);
          if (two) {
            four(u, x1 + d);
#pragma unroll
            for (int e = 0; e < 4; e++) sum1 = fmaf(u[e], w[e], sum1);
          }
        }
      } else {
        for (int d = 0; d < depth; d++) {
          float w[4];
          four(w, weights + (d & -4));
          const float v = (d & 3) == 0 ? w[0] : (d & 3) == 1 ? w[1] : (d & 3) == 2 ? w[2] : w[3];
          sum0 = fmaf(x0[d], v, sum0);
          sum1 = two ? fmaf(x1[d], v, sum1) : sum1;
        }
      }
    }
    at = at + 1 == STAGES ? 0 : at + 1;
  }
  if (column < n) {
    const float last = bias ? bias[column] : 0.f;
    if (one) c[(long long)row * ldc + column] = bias ? sum0 + last : sum0;
    if (two) c[(long long)(row + 8) * ldc + column] = bias ? sum1 + last : sum1;
  }
}

/** Two neighbours as a word. */
__device__ __forceinline__ unsigned pair(const float* p) {
  const float2 f = *(const float2*)p;
  return pack_bf16(f.x, f.y);
}

__device__ __forceinline__ unsigned pair(const stored_bf16* p) {
  return *(const unsigned*)p;
}

/** Bfloat16: a warp has 8 columns and all rows; its steps are those of tensor_product. */
template <class B, int STAGES>
__device__ __forceinline__ void few_tensor(const float* a, int lda, const B* b, int ldb, const float* bias, float* c, int ldc, int m, int n, int k, int add) {
  typedef FewRows<B, 128, STAGES> Rows;
  __shared__ __align__(16) typename Rows::Tile ring[STAGES];
  const Rows operands(a, lda, b, ldb, m, n, k);
  const int warp = threadIdx.x >> 5, group = (threadIdx.x & 31) >> 2, quad = threadIdx.x & 3;
  const int row = blockIdx.y * Rows::HEIGHT + group, column = blockIdx.x * Rows::WIDTH + 8 * warp + 2 * quad;
  float sum[4];
#pragma unroll
  for (int e = 0; e < 4; e++) {
    const int r = row + (e >> 1) * 8, col = column + (e & 1);
    sum[e] = add && r < m && col < n ? c[(long long)r * ldc + col] : 0.f;
  }
  for (int s = 0; s < STAGES - 1; s++) operands.load(ring[s], s * Rows::DEPTH);
  int at = 0;
  for (int start = 0; start < k; start += Rows::DEPTH) {
    copies_wait<STAGES - 2>();
    __syncthreads();
    operands.load(ring[at == 0 ? STAGES - 1 : at - 1], start + (STAGES - 1) * Rows::DEPTH);
    const typename Rows::Tile& tile = ring[at];
#pragma unroll
    for (int d = 0; d < Rows::DEPTH; d += 16) {
      if (start + d < k) {
        unsigned u[4], v[2];
#pragma unroll
        for (int e = 0; e < 4; e++) u[e] = pair(tile.floats(group + (e & 1) * 8) + d + 2 * quad + (e >> 1) * 8);
#pragma unroll
        for (int e = 0; e < 2; e++) v[e] = pair(tile.weights(8 * warp + group) + d + 2 * quad + e * 8);
        mma_bf16(sum, u, v);
      }
    }
    at = at + 1 == STAGES ? 0 : at + 1;
  }
#pragma unroll
  for (int e = 0; e < 4; e++) {
    const int r = row + (e >> 1) * 8, col = column + (e & 1);
    if (r < m && col < n) c[(long long)r * ldc + col] = bias ? sum[e] + bias[col] : sum[e];
  }
}

#define FEW(name, threads, B, ...)                                                                                                  \
  extern "C" __global__ void __launch_bounds__(threads, 2) name(const float* __restrict__ a, int lda, const B* __restrict__ b, int ldb, \
      const float* __restrict__ bias, float* __restrict__ c, int ldc, int m, int n, int k, int add) {                               \
    __VA_ARGS__(a, lda, b, ldb, bias, c, ldc, m, n, k, add);                                                                        \
  }

FEW(product_few_f32, 256, float, few_floats<float, 3>)
FEW(product_few_f32_stored, 256, stored_bf16, few_floats<stored_bf16, 5>)
FEW(product_few_bf16, 128, float, few_tensor<float, 3>)
FEW(product_few_bf16_stored, 128, stored_bf16, few_tensor<stored_bf16, 5>)
