// Products. Every element of a result is one chain over the depth in ascending order, whatever the tile it falls in: of fused
// multiply-adds (f32, the bits of ScalarProducts), or of tensor core steps of 16 (bf16) or 8 (tf32) of the depth with float32 sums.
// So a row has the same bits for any number of rows, in tiles of each size, in product_few (few.cu) and where both factors are bfloat16 in memory (narrow.cu).
#include "common.cuh"
#include "tiles.cuh"

// g++ would take a minute for what is no faster there.
#ifdef SIMT_EMULATION
#define DEEP_UNROLL _Pragma("unroll 1")
#else
#define DEEP_UNROLL _Pragma("unroll")
#endif

/** Float32: THREADS threads make HEIGHT x WIDTH, each of them ROWS x COLUMNS in groups of four. */
template <int HEIGHT, int WIDTH, int DEPTH, int THREADS, int ROWS, int COLUMNS, bool LEADING_A, bool LEADING_B, class B>
__device__ __forceinline__ void float_product(const float* a, int lda, const B* b, int ldb, const float* bias, float* c, int ldc, int m, int n, int k,
    int add) {
  __shared__ __align__(16) FloatTile<HEIGHT, DEPTH> left[2];
  __shared__ __align__(16) FloatTile<WIDTH, DEPTH> right[2];
  constexpr int ACROSS = WIDTH / COLUMNS / 8;
  const int warp = threadIdx.x >> 5, lane = threadIdx.x & 31;
  const int y = 4 * (warp / ACROSS * 4 + (lane >> 3)), x = 4 * (warp % ACROSS * 8 + (lane & 7));
  const TilePlace tile(HEIGHT, WIDTH, m, n);
  Operand<float, HEIGHT, DEPTH, THREADS, LEADING_A> operandA(a, lda, tile.row, m, k);
  Operand<B, WIDTH, DEPTH, THREADS, LEADING_B> operandB(b, ldb, tile.column, n, k);
  float sum[ROWS][COLUMNS];
#pragma unroll
  for (int i = 0; i < ROWS; i++) {
    const int row = tile.row + i / 4 * (HEIGHT * 4 / ROWS) + y + i % 4;
#pragma unroll
    for (int j = 0; j < COLUMNS; j++) {
      const int column = tile.column + j / 4 * (WIDTH * 4 / COLUMNS) + x + j % 4;
      sum[i][j] = add && row < m && column < n ? c[(long long)row * ldc + column] : 0.f;
    }
  }
  int buffer = 1;
  for (int start = -DEPTH; start < k; start += DEPTH) {  // the first turn only loads
    const bool more = start + DEPTH < k;
    if (more) {
      operandA.load(start + DEPTH);
      operandB.load(start + DEPTH);
    }
    auto step = [&](int depth) {
      float u[ROWS], v[COLUMNS];
#pragma unroll
      for (int i = 0; i < ROWS; i += 4) *(float4*)&u[i] = *(const float4*)&left[buffer].at[depth][i * (HEIGHT / ROWS) + y];
#pragma unroll
      for (int j = 0; j < COLUMNS; j += 4) *(float4*)&v[j] = *(const float4*)&right[buffer].at[depth][j * (WIDTH / COLUMNS) + x];
#pragma unroll
      for (int i = 0; i < ROWS; i++)
#pragma unroll
        for (int j = 0; j < COLUMNS; j++) sum[i][j] = fmaf(u[i], v[j], sum[i][j]);
    };
    if (start >= 0 && k - start >= DEPTH) {
DEEP_UNROLL
      for (int depth = 0; depth < DEPTH; depth++) step(depth);
    } else if (start >= 0) {  // a zero too many would make +0 of -0
#pragma unroll 1
      for (int depth = 0; depth < k - start; depth++) step(depth);
    }
    if (more) {
      buffer ^= 1;
      left[buffer].store(operandA);
      right[buffer].store(operandB);
      __syncthreads();
    }
  }
#pragma unroll
  for (int i = 0; i < ROWS; i++) {
    const int row = tile.row + i / 4 * (HEIGHT * 4 / ROWS) + y + i % 4;
#pragma unroll
    for (int j = 0; j < COLUMNS; j++) {
      const int column = tile.column + j / 4 * (WIDTH * 4 / COLUMNS) + x + j % 4;
      if (row < m && column < n) c[(long long)row * ldc + column] = bias ? sum[i][j] + bias[column] : sum[i][j];
    }
  }
}

/** Tensor cores: DOWN x ACROSS warps make HEIGHT x WIDTH. */
template <class Precision, int HEIGHT, int WIDTH, int WORDS, int DOWN, int ACROSS, bool LEADING_A, bool LEADING_B, class A, class B>
__device__ __forceinline__ void tensor_product(const A* a, int lda, const B* b, int ldb, const float* bias, float* c, int ldc, int m, int n, int k,
    int add) {
  constexpr int THREADS = 32 * DOWN * ACROSS, DEPTH = WORDS * Precision::PER_WORD;
  constexpr int ROWS = HEIGHT / DOWN / 16, COLUMNS = WIDTH / ACROSS / 8;
  __shared__ __align__(16) WordTile<Precision, HEIGHT, WORDS, LEADING_A> left[2];
  __shared__ __align__(16) WordTile<Precision, WIDTH, WORDS, LEADING_B> right[2];
  const int warp = threadIdx.x >> 5, group = (threadIdx.x & 31) >> 2, quad = threadIdx.x & 3;
  const int y = warp / ACROSS * (16 * ROWS) + group, x = warp % ACROSS * (8 * COLUMNS);
  const TilePlace tile(HEIGHT, WIDTH, m, n);
  Operand<A, HEIGHT, DEPTH, THREADS, LEADING_A> operandA(a, lda, tile.row, m, k);
  Operand<B, WIDTH, DEPTH, THREADS, LEADING_B> operandB(b, ldb, tile.column, n, k);
  float sum[ROWS][COLUMNS][4];
#pragma unroll
  for (int i = 0; i < ROWS; i++)
#pragma unroll
    for (int j = 0; j < COLUMNS; j++)
#pragma unroll
      for (int e = 0; e < 4; e++) {
        const int row = tile.row + y + 16 * i + (e >> 1) * 8, column = tile.column + x + 8 * j + 2 * quad + (e & 1);
        sum[i][j][e] = add && row < m && column < n ? c[(long long)row * ldc + column] : 0.f;
      }
  int buffer = 1;
  for (int start = -DEPTH; start < k; start += DEPTH) {  // the first turn only loads
    const bool more = start + DEPTH < k;
    if (more) {
      operandA.load(start + DEPTH);
      operandB.load(start + DEPTH);
    }
DEEP_UNROLL
    for (int w = 0; w < WORDS; w += 8) {
      if (start >= 0 && start + w * Precision::PER_WORD < k) {  // no step beyond the depth: every kernel makes the same number
        unsigned u[ROWS][4], v[COLUMNS][2];
#pragma unroll
        for (int i = 0; i < ROWS; i++)
#pragma unroll
          for (int e = 0; e < 4; e++) u[i][e] = left[buffer].word(y + 16 * i + (e & 1) * 8, w + quad + (e >> 1) * 4);
#pragma unroll
        for (int j = 0; j < COLUMNS; j++)
#pragma unroll
          for (int e = 0; e < 2; e++) v[j][e] = right[buffer].word(x + 8 * j + group, w + quad + e * 4);
#pragma unroll
        for (int i = 0; i < ROWS; i++)
#pragma unroll
          for (int j = 0; j < COLUMNS; j++) Precision::multiply(sum[i][j], u[i], v[j]);
      }
    }
    if (more) {
      buffer ^= 1;
      left[buffer].store(operandA);
      right[buffer].store(operandB);
      __syncthreads();
    }
  }
#pragma unroll
  for (int i = 0; i < ROWS; i++)
#pragma unroll
    for (int j = 0; j < COLUMNS; j++)
#pragma unroll
      for (int e = 0; e < 4; e++) {
        const int row = tile.row + y + 16 * i + (e >> 1) * 8, column = tile.column + x + 8 * j + 2 * quad + (e & 1);
        if (row < m && column < n) c[(long long)row * ldc + column] = bias ? sum[i][j][e] + bias[column] : sum[i][j][e];
      }
}

#define PRODUCT(name, threads, blocks, A, B, ...)                                                                                     \
  extern "C" __global__ void __launch_bounds__(threads, blocks) name(const A* __restrict__ a, int lda, const B* __restrict__ b,       \
      int ldb, const float* __restrict__ bias, float* __restrict__ c, int ldc, int m, int n, int k, int add) {                        \
    __VA_ARGS__(a, lda, b, ldb, bias, c, ldc, m, n, k, add);                                                                          \
  }

// Two blocks of large float tiles share a multiprocessor where their registers allow it.
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ != 900
#define LARGE_BLOCKS 1
#else
#define LARGE_BLOCKS 2
#endif

// Tiles of 128 x 128 for large results, of 64 x 32 for results that would not fill the card with them.
#define PRODUCTS(form, kind, LA, LB, B)                                                                        \
  PRODUCT(product_##form##_f32##kind, 256, LARGE_BLOCKS, float, B, float_product<128, 128, 16, 256, 8, 8, LA, LB, B>)            \
  PRODUCT(product_##form##_f32##kind##_small, 128, 4, float, B, float_product<64, 32, 32, 128, 4, 4, LA, LB, B>)      \
  PRODUCT(product_##form##_tf32##kind, 256, 1, float, B, tensor_product<Tf32, 128, 128, 16, 2, 4, LA, LB, float, B>)         \
  PRODUCT(product_##form##_tf32##kind##_small, 128, 3, float, B, tensor_product<Tf32, 64, 32, 32, 2, 2, LA, LB, float, B>)   \
  PRODUCT(product_##form##_bf16##kind, 256, 1, float, B, tensor_product<Bf16, 128, 128, 16, 2, 4, LA, LB, float, B>)         \
  PRODUCT(product_##form##_bf16##kind##_small, 128, 2, float, B, tensor_product<Bf16, 64, 32, 32, 2, 2, LA, LB, float, B>)

PRODUCTS(nt, , false, false, float)
PRODUCTS(nn, , false, true, float)
PRODUCTS(tn, , true, true, float)
PRODUCTS(nt, _stored, false, false, stored_bf16)
PRODUCTS(nn, _stored, false, true, stored_bf16)
