// Copies, sums and rotations of rows: bound by memory.
#include "common.cuh"

/** y[n] = x[indices[n]]. */
extern "C" __global__ void __launch_bounds__(ELEMENT_THREADS) gather_rows(const float* __restrict__ x, int ldx, const int* __restrict__ indices,
    float* __restrict__ y, int ldy, int rows, int columns) {
  const Elements own(rows, columns);
  if (own.count > 0) {
    own.store(y + own.row * ldy + own.column, own.load(x + (long long)indices[own.row] * ldx + own.column));
  }
}

/** The same from a table of bfloat16. */
extern "C" __global__ void __launch_bounds__(ELEMENT_THREADS) gather_rows_bf16(const unsigned short* __restrict__ x, int ldx,
    const int* __restrict__ indices, float* __restrict__ y, int ldy, int rows, int columns) {
  const Elements own(rows, columns);
  if (own.count > 0) {
    const unsigned short* from = x + (long long)indices[own.row] * ldx + own.column;
    Quad four;
#pragma unroll
    for (int i = 0; i < 4; i++) {
      four.at[i] = i < own.count ? widen(from[i]) : 0.f;
    }
    own.store(y + own.row * ldy + own.column, four);
  }
}

/** y[to_rows[i]] = x[from_rows[i]]; the targets are distinct. */
extern "C" __global__ void __launch_bounds__(ELEMENT_THREADS) scatter_rows(const float* __restrict__ x, int ldx, const int* __restrict__ from_rows,
    const int* __restrict__ to_rows, float* __restrict__ y, int ldy, int count, int columns) {
  const Elements own(count, columns);
  if (own.count > 0) {
    own.store(y + (long long)to_rows[own.row] * ldy + own.column, own.load(x + (long long)from_rows[own.row] * ldx + own.column));
  }
}

/** y[targets[g]] += x[members[i]] for i in [starts[g], starts[g + 1]), in order; the targets are distinct. */
extern "C" __global__ void __launch_bounds__(ELEMENT_THREADS) sum_rows(const float* __restrict__ x, int ldx, const int* __restrict__ starts,
    const int* __restrict__ members, const int* __restrict__ targets, float* __restrict__ y, int ldy, int groups, int columns) {
  const Elements own(groups, columns);
  if (own.count > 0) {
    float* target = y + (long long)targets[own.row] * ldy + own.column;
    const float* from = x + own.column;
    Quad sum = own.load(target);
    const int end = starts[own.row + 1];
#pragma unroll 4
    for (int i = starts[own.row]; i < end; i++) {
      const Quad next = own.load(from + (long long)members[i] * ldx);
#pragma unroll
      for (int e = 0; e < 4; e++) {
        sum.at[e] += next.at[e];
      }
    }
    own.store(target, sum);
  }
}

/** y = x. */
extern "C" __global__ void __launch_bounds__(ELEMENT_THREADS) copy_rows(const float* __restrict__ x, int ldx, float* __restrict__ y, int ldy, int rows,
    int columns) {
  const Elements own(rows, columns);
  if (own.count > 0) {
    own.store(y + own.row * ldy + own.column, own.load(x + own.row * ldx + own.column));
  }
}

/** y = a + b; y may be a or b. */
extern "C" __global__ void __launch_bounds__(ELEMENT_THREADS) add_rows(const float* a, int lda, const float* b, int ldb, float* y, int ldy, int rows,
    int columns) {
  const Elements own(rows, columns);
  if (own.count > 0) {
    Quad sum = own.load(a + own.row * lda + own.column);
    const Quad other = own.load(b + own.row * ldb + own.column);
#pragma unroll
    for (int i = 0; i < 4; i++) {
      sum.at[i] += other.at[i];
    }
    own.store(y + own.row * ldy + own.column, sum);
  }
}

/** y = factor · x; y may be x. */
extern "C" __global__ void __launch_bounds__(ELEMENT_THREADS) scale_rows(const float* x, int ldx, float factor, float* y, int ldy, int rows,
    int columns) {
  const Elements own(rows, columns);
  if (own.count > 0) {
    Quad four = own.load(x + own.row * ldx + own.column);
#pragma unroll
    for (int i = 0; i < 4; i++) {
      four.at[i] *= factor;
    }
    own.store(y + own.row * ldy + own.column, four);
  }
}

/** y = 0. */
extern "C" __global__ void __launch_bounds__(ELEMENT_THREADS) zero_rows(float* y, int ldy, int rows, int columns) {
  const Elements own(rows, columns);
  if (own.count > 0) {
    own.store(y + own.row * ldy + own.column, Quad{{0.f, 0.f, 0.f, 0.f}});
  }
}

/**
 * db[c] += Σ_n dy[n, c], rows in order. A block has 32 columns: all its warps bring tiles of 64 rows, the first adds them up
 * while the next are on the way.
 */
extern "C" __global__ void __launch_bounds__(ELEMENT_THREADS) bias_gradient(const float* __restrict__ dy, int ld, int rows, float* __restrict__ db,
    int columns) {
  __shared__ float tile[2][64][32];
  const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
  const int column = blockIdx.x * 32 + lane;
  float sum = column < columns && warp == 0 ? db[column] : 0.f;
  for (int start = 0, half = 0; start < rows; start += 64, half ^= 1) {
#pragma unroll
    for (int i = 0; i < 8; i++) {
      const int row = start + warp + 8 * i;
      tile[half][warp + 8 * i][lane] = row < rows && column < columns ? dy[(long long)row * ld + column] : 0.f;
    }
    __syncthreads();
    if (warp == 0) {
      const int count = min(64, rows - start);
#pragma unroll 8
      for (int i = 0; i < count; i++) {
        sum += tile[half][i][lane];
      }
    }
  }
  if (column < columns && warp == 0) {
    db[column] = sum;
  }
}

/**
 * Rotates the first 2·half columns of each head in place, split-half form; inverse rotates back. A block has a row and some
 * of its pairs.
 */
extern "C" __global__ void __launch_bounds__(ELEMENT_THREADS) rope(float* x, int ldx, int rows, int columns, int head_dim, int half,
    const float* __restrict__ cosines, const float* __restrict__ sines, const int* __restrict__ positions, int inverse) {
  const int row = blockIdx.x;
  const int pair = blockIdx.y * ELEMENT_THREADS + threadIdx.x;
  if (row >= rows || pair >= columns / head_dim * half) {
    return;
  }
  const int i = pair % half;
  float* at = x + (long long)row * ldx + pair / half * head_dim + i;
  const long long angle = (long long)positions[row] * half + i;
  const float c = cosines[angle];
  const float s = inverse ? -sines[angle] : sines[angle];
  const float a = at[0];
  const float b = at[half];
  at[0] = a * c - b * s;
  at[half] = b * c + a * s;
}
