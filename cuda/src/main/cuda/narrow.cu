// Large products of two factors that are bfloat16 in memory: half the bytes. Every element is the chain of steps that products.cu
// makes, so that its bits are the same.
#include "common.cuh"
#include "tiles.cuh"

namespace narrow {

constexpr int THREADS = 256, HEIGHT = 128, WIDTH = 256, DEPTH = 32, STAGES = 4;

/**
 * One factor's part of a tile: EXTENT rows of the result (or columns), DEPTH of the sum. In memory a row is a row of the result,
 * or (LEADING) of the sum. Rows lie in shared memory as they do in memory, but their chunks of 16 bytes are exchanged so that
 * eight neighbouring rows have each chunk in other banks. What lies outside is 0.
 */
template <int EXTENT, bool LEADING>
struct Factor {
  static constexpr int LINE = (LEADING ? EXTENT : DEPTH) / 8;  // chunks of a row
  static constexpr int COUNT = EXTENT * DEPTH / 8 / THREADS;
  static constexpr int BYTES = EXTENT * DEPTH * 2;

  const stored_bf16* from;
  int ld, extent, depth;

  /** Of a matrix of all rows, the tile that begins at first. Rows begin at multiples of 16 bytes. */
  __device__ __forceinline__ Factor(const stored_bf16* matrix, int ld, int first, int extent, int depth)
      : from(matrix + (LEADING ? (long long)first : (long long)first * ld)), ld(ld), extent(extent - first), depth(depth) {}

  /** Where a chunk of a row of the tile is. */
  __device__ __forceinline__ static int place(int row, int chunk) {
    return 16 * (row * LINE + (chunk ^ (LEADING ? row & 7 : row >> 1 & 3)));
  }

  /** Begins to copy what begins at this depth. */
  __device__ __forceinline__ void copy(unsigned char* tile, int start) const {
#pragma unroll
    for (int i = 0; i < COUNT; i++) {
      const int at = i * THREADS + threadIdx.x, row = at / LINE, chunk = at % LINE;
      const int line = LEADING ? start + row : row, column = LEADING ? 8 * chunk : start + 8 * chunk;
      const int left = line < (LEADING ? depth : extent) ? min((LEADING ? extent : depth) - column, 8) : 0;
      copy16(tile + place(row, chunk), left > 0 ? from + (long long)line * ld + column : from, left > 0 ? 2 * left : 0);
    }
  }

  /** A lane's operand of 16 rows from first, 16 of the depth: a of mma_bf16. */
  __device__ __forceinline__ static void rows(unsigned (&to)[4], const unsigned char* tile, int first, int depth) {
    const int r = threadIdx.x & 7, low = threadIdx.x >> 3 & 1, high = threadIdx.x >> 4 & 1;
    load_matrices<LEADING>(to, tile + (LEADING ? place(depth + 8 * high + r, first / 8 + low) : place(first + 8 * low + r, depth / 8 + high)));
  }

  /** A lane's operands of twice 8 columns from first, 16 of the depth: b of mma_bf16. */
  __device__ __forceinline__ static void columns(unsigned (&one)[2], unsigned (&two)[2], const unsigned char* tile, int first, int depth) {
    const int r = threadIdx.x & 7, low = threadIdx.x >> 3 & 1, high = threadIdx.x >> 4 & 1;
    unsigned to[4];
    load_matrices<LEADING>(to, tile + (LEADING ? place(depth + 8 * low + r, first / 8 + high) : place(first + 8 * high + r, depth / 8 + low)));
    one[0] = to[0];
    one[1] = to[1];
    two[0] = to[2];
    two[1] = to[3];
  }
};

/** Eight warps, 2 x 4, make 64 x 64 each; a ring of STAGES tiles, all but one on the way. */
template <bool LEADING_A, bool LEADING_B>
__device__ __forceinline__ void product(unsigned char* const ring, const stored_bf16* a, int lda, const stored_bf16* b, int ldb, const float* bias,
    float* c, int ldc, int m, int n, int k, int add) {
  typedef Factor<HEIGHT, LEADING_A> Left;
  typedef Factor<WIDTH, LEADING_B> Right;
  constexpr int TILE = Left::BYTES + Right::BYTES, ROWS = 4, COLUMNS = 8;
  const int warp = threadIdx.x >> 5, group = (threadIdx.x & 31) >> 2, quad = threadIdx.x & 3;
  const int y = warp / 4 * (16 * ROWS), x = warp % 4 * (8 * COLUMNS);
  const TilePlace tile(HEIGHT, WIDTH, m, n);
  const Left left(a, lda, tile.row, m, k);
  const Right right(b, ldb, tile.column, n, k);
  auto copy = [&](int at, int start) {
    if (start < k) {
      left.copy(ring + at * TILE, start);
      right.copy(ring + at * TILE + Left::BYTES, start);
    }
    copies_commit();
  };
#pragma unroll
  for (int s = 0; s < STAGES - 1; s++) copy(s, s * DEPTH);
  float sum[ROWS][COLUMNS][4];
#pragma unroll
  for (int i = 0; i < ROWS; i++)
#pragma unroll
    for (int j = 0; j < COLUMNS; j++)
#pragma unroll
      for (int e = 0; e < 4; e++) {
        const int row = tile.row + y + 16 * i + (e >> 1) * 8 + group, column = tile.column + x + 8 * j + 2 * quad + (e & 1);
        sum[i][j][e] = add && row < m && column < n ? c[(long long)row * ldc + column] : 0.f;
      }
  int at = 0;
  for (int start = 0; start < k; start += DEPTH) {
    copies_wait<STAGES - 2>();
    __syncthreads();
    copy(at == 0 ? STAGES - 1 : at - 1, start + (STAGES - 1) * DEPTH);
    const unsigned char *const lefts = ring + at * TILE, *const rights = lefts + Left::BYTES;
#pragma unroll
    for (int depth = 0; depth < DEPTH; depth += 16) {
      if (start + depth < k) {  // no step beyond the depth: every kernel makes the same number
        unsigned u[ROWS][4], v[COLUMNS][2];
#pragma unroll
        for (int i = 0; i < ROWS; i++) Left::rows(u[i], lefts, y + 16 * i, depth);
#pragma unroll
        for (int j = 0; j < COLUMNS; j += 2) Right::columns(v[j], v[j + 1], rights, x + 8 * j, depth);
#pragma unroll
        for (int i = 0; i < ROWS; i++)
#pragma unroll
          for (int j = 0; j < COLUMNS; j++) mma_bf16(sum[i][j], u[i], v[j]);
      }
    }
    at = at + 1 == STAGES ? 0 : at + 1;
  }
#pragma unroll
  for (int i = 0; i < ROWS; i++)
#pragma unroll
    for (int j = 0; j < COLUMNS; j++)
#pragma unroll
      for (int e = 0; e < 4; e++) {
        const int row = tile.row + y + 16 * i + (e >> 1) * 8 + group, column = tile.column + x + 8 * j + 2 * quad + (e & 1);
        if (row < m && column < n) c[(long long)row * ldc + column] = bias ? sum[i][j][e] + bias[column] : sum[i][j][e];
      }
}

}  // namespace narrow

#define NARROW(form, LA, LB)                                                                                                        \
  extern "C" __global__ void __launch_bounds__(narrow::THREADS, 1) product_##form##_bf16_narrow(const stored_bf16* __restrict__ a,   \
      int lda, const stored_bf16* __restrict__ b, int ldb, const float* __restrict__ bias, float* __restrict__ c, int ldc, int m,    \
      int n, int k, int add) {                                                                                                      \
    extern __shared__ float4 narrow_memory[];                                                                                       \
    narrow::product<LA, LB>((unsigned char*)narrow_memory, a, lda, b, ldb, bias, c, ldc, m, n, k, add);                              \
  }

NARROW(nt, false, false)
NARROW(nn, false, true)
NARROW(tn, true, true)

/** y = x in bfloat16, rows of words; ldy counts bfloat16 and is even, a number that fills up the last word is 0. */
extern "C" __global__ void __launch_bounds__(256) narrow_rows(const float* __restrict__ x, int ldx, stored_bf16* __restrict__ y, int ldy, int rows,
    int columns) {
  const Elements own(rows, columns);
  if (own.count <= 0) return;
  const Quad v = own.load(x + own.row * ldx + own.column);
  unsigned* words = (unsigned*)(y + own.row * ldy + own.column);
  words[0] = pack_bf16(v.at[0], v.at[1]);
  if (own.count > 2) words[1] = pack_bf16(v.at[2], v.at[3]);
}
