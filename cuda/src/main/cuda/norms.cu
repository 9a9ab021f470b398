// Norms of rows and their gradients: bound by memory, but for the sixteen chains that SumTree has. The operations of
// ScalarNorms one by one.
#include "common.cuh"

#define NORM_THREADS 128
/** Floats of a long vector that lie in shared memory at a time. */
#define NORM_CHUNK 2048
/** Vectors up to this length have half a warp each. */
#define NORM_SHORT 256

namespace norms {

/** The d floats that a thread norms with others: half a warp has a short vector, a block of threads a long one. */
struct Vector {
  long long index;
  long long row;
  int column;
  int length;
  int lane;
  int lanes;

  __device__ __forceinline__ Vector(int rows, int columns, int d) {
    const int per_row = columns / d;
    lanes = d <= NORM_SHORT ? 16 : NORM_THREADS;
    lane = threadIdx.x % lanes;
    index = (long long)blockIdx.x * (NORM_THREADS / lanes) + threadIdx.x / lanes;
    row = per_row == 1 ? index : index / per_row;
    column = (int)(index - row * per_row) * d;
    length = row < rows ? d : 0;  // nothing is read behind the last
  }

  __device__ __forceinline__ const float* of(const float* x, int ld) const {
    return x + row * ld + column;
  }

  __device__ __forceinline__ float* of(float* x, int ld) const {
    return x + row * ld + column;
  }

  /** Whether the thread writes what a vector has one of. */
  __device__ __forceinline__ bool writes() const {
    return lane == 0 && length > 0;
  }
};

/** Shared memory of a long vector: what a sum is made of, and the sum. */
struct Staging {
  float terms[NORM_CHUNK];
  float shifts[NORM_CHUNK];
  float total;
};

/**
 * The sum of a vector in SumTree's order: sixteen lanes have a chain each. load(c, a, b) answers the elements of a place, a chain
 * goes on by add(a, b, sum). Of long vectors all threads bring the elements to shared memory.
 */
template <bool TWO, class Load, class Add>
__device__ __forceinline__ float sum(const Vector& vector, Staging& staging, Load load, Add add) {
  float chain = 0.f;
  if (vector.lanes == 16) {
#pragma unroll 4
    for (int c = vector.lane; c < vector.length; c += 16) {
      float a = 0.f;
      float b = 0.f;
      load(c, a, b);
      chain = add(a, b, chain);
    }
    return tree_sum(chain);
  }
  for (int start = 0; start < vector.length; start += NORM_CHUNK) {
    const int length = min(vector.length - start, NORM_CHUNK);
    __syncthreads();
#pragma unroll 4
    for (int c = threadIdx.x; c < length; c += NORM_THREADS) {
      float a = 0.f;
      float b = 0.f;
      load(start + c, a, b);
      staging.terms[c] = a;
      if (TWO) {
        staging.shifts[c] = b;
      }
    }
    __syncthreads();
    if (threadIdx.x < 16) {
#pragma unroll 8
      for (int c = threadIdx.x; c < length; c += 16) {
        chain = add(staging.terms[c], TWO ? staging.shifts[c] : 0.f, chain);
      }
    }
  }
  const float total = tree_sum(chain);
  if (threadIdx.x == 0) {
    staging.total = total;
  }
  __syncthreads();
  return staging.total;
}

/** Sum of the squares of x − shift. */
__device__ __forceinline__ float squares(const Vector& vector, Staging& staging, const float* x, float shift) {
  return sum<false>(
      vector, staging, [=](int c, float& a, float&) { a = x[c]; },
      [=](float a, float, float sum) { return fmaf(a - shift, a - shift, sum); });
}

/** ScalarNorms.inverse. */
__device__ __forceinline__ float inverse(float squares, int d, float eps) {
  return (float)(1 / sqrt((double)squares / d + eps));
}

/** Σ w·dy·(x − shift): the first product is rounded, the second is fused. */
__device__ __forceinline__ float dot(const Vector& vector, Staging& staging, const float* weight, const float* dy, const float* x, float shift) {
  return sum<true>(
      vector, staging,
      [=](int c, float& a, float& b) {
        a = weight[c] * dy[c];
        b = x[c];
      },
      [=](float a, float b, float sum) { return fmaf(a, b - shift, sum); });
}

/** dx (+)= r·w·dy + back·(x − shift) + constant. */
__device__ __forceinline__ void combine(const Vector& vector, const float* weight, const float* dy, const float* x, float shift, float r, float back,
    float constant, float* dx, int add) {
  const float from = constant - back * shift;
#pragma unroll 4
  for (int c = vector.lane; c < vector.length; c += vector.lanes) {
    const float slope = weight[c] * dy[c];
    const float value = fmaf(slope, r, fmaf(x[c], back, from));
    dx[c] = add ? value + dx[c] : value;
  }
}

}  // namespace norms

/** y = x · weight / √(mean(x²) + eps) over each d columns; y may be x. */
extern "C" __global__ void __launch_bounds__(NORM_THREADS) rms_norm(const float* x, int ldx, const float* __restrict__ weight, float eps, float* y,
    int ldy, int rows, int columns, int d) {
  __shared__ norms::Staging staging;
  const norms::Vector vector(rows, columns, d);
  const float* const from = vector.of(x, ldx);
  float* const to = vector.of(y, ldy);
  const float r = norms::inverse(norms::squares(vector, staging, from, 0.f), d, eps);
#pragma unroll 4
  for (int c = vector.lane; c < vector.length; c += vector.lanes) {
    to[c] = from[c] * r * weight[c];
  }
}

/** Input gradient of rms_norm; statistics[n·blocks + b] = 1/√(mean(x²) + eps). dx may be dy. */
extern "C" __global__ void __launch_bounds__(NORM_THREADS) rms_norm_gradient(const float* x, int ldx, const float* __restrict__ weight, float eps,
    const float* dy, int lddy, float* dx, int lddx, int add, float* __restrict__ statistics, int rows, int columns, int d) {
  __shared__ norms::Staging staging;
  const norms::Vector vector(rows, columns, d);
  const float* const in = vector.of(x, ldx);
  const float* const slopes = vector.of(dy, lddy);
  const float r = norms::inverse(norms::squares(vector, staging, in, 0.f), d, eps);
  const float back = -r * r * r / (float)d * norms::dot(vector, staging, weight, slopes, in, 0.f);
  norms::combine(vector, weight, slopes, in, 0.f, r, back, 0.f, vector.of(dx, lddx), add);
  if (vector.writes()) {
    statistics[vector.index] = r;
  }
}

/** y = (x − mean)/√(var + eps) · weight + bias; y may be x. */
extern "C" __global__ void __launch_bounds__(NORM_THREADS) layer_norm(const float* x, int ldx, const float* __restrict__ weight,
    const float* __restrict__ bias, float eps, float* y, int ldy, int rows, int columns) {
  __shared__ norms::Staging staging;
  const int d = columns;
  const norms::Vector vector(rows, columns, d);
  const float* const from = vector.of(x, ldx);
  float* const to = vector.of(y, ldy);
  const float total = norms::sum<false>(
      vector, staging, [=](int c, float& a, float&) { a = from[c]; }, [](float a, float, float sum) { return sum + a; });
  const float mean = total / (float)d;
  const float r = norms::inverse(norms::squares(vector, staging, from, mean), d, eps);
#pragma unroll 4
  for (int c = vector.lane; c < vector.length; c += vector.lanes) {
    to[c] = (from[c] - mean) * r * weight[c] + bias[c];
  }
}

/** Input gradient of layer_norm; statistics[2n], [2n + 1] = mean and 1/deviation. dx may be dy. */
extern "C" __global__ void __launch_bounds__(NORM_THREADS, 2) layer_norm_gradient(const float* x, int ldx, const float* __restrict__ weight, float eps,
    const float* dy, int lddy, float* dx, int lddx, int add, float* __restrict__ statistics, int rows, int columns) {
  __shared__ norms::Staging staging;
  const int d = columns;
  const norms::Vector vector(rows, columns, d);
  const float* const in = vector.of(x, ldx);
  const float* const slopes = vector.of(dy, lddy);
  const float total = norms::sum<false>(
      vector, staging, [=](int c, float& a, float&) { a = in[c]; }, [](float a, float, float sum) { return sum + a; });
  const float mean = total / (float)d;
  const float r = norms::inverse(norms::squares(vector, staging, in, mean), d, eps);
  const float sum = norms::sum<true>(
      vector, staging,
      [=](int c, float& a, float& b) {
        a = weight[c];
        b = slopes[c];
      },
      [](float a, float b, float sum) { return fmaf(a, b, sum); });
  const float back = -r * r * r / (float)d * norms::dot(vector, staging, weight, slopes, in, mean);
  norms::combine(vector, weight, slopes, in, mean, r, back, -r * sum / (float)d, vector.of(dx, lddx), add);
  if (vector.writes()) {
    statistics[2 * vector.index] = mean;
    statistics[2 * vector.index + 1] = r;
  }
}

#define NORM_WEIGHT_THREADS 256

/**
 * dw[c] += Σ dy·x·statistics over rows and their blocks in order. A block has 32 columns: all its warps bring tiles of 64 rows,
 * the first adds them up while the next are on the way.
 */
extern "C" __global__ void __launch_bounds__(NORM_WEIGHT_THREADS) rms_norm_weight_gradient(const float* __restrict__ x, int ldx,
    const float* __restrict__ dy, int lddy, const float* __restrict__ statistics, int rows, int columns, int d, float* __restrict__ dw) {
  __shared__ float normals[2][64][32];
  __shared__ float slopes[2][64][32];
  const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
  const int column = blockIdx.x * 32 + lane;
  const int per_row = columns / d;
  const long long vectors = (long long)rows * per_row;
  float sum = column < d && warp == 0 ? dw[column] : 0.f;
  int half = 0;
  for (long long start = 0; start < vectors; start += 64, half ^= 1) {
#pragma unroll
    for (int i = 0; i < 8; i++) {
      const long long v = start + warp + 8 * i;
      float normal = 0.f;
      float slope = 0.f;
      if (v < vectors && column < d) {
        const long long row = v / per_row;
        const int block = (int)(v % per_row) * d;
        normal = x[row * ldx + block + column] * statistics[v];
        slope = dy[row * lddy + block + column];
      }
      normals[half][warp + 8 * i][lane] = normal;
      slopes[half][warp + 8 * i][lane] = slope;
    }
    __syncthreads();
    if (warp == 0) {
      const int count = (int)min(vectors - start, 64ll);
#pragma unroll 8
      for (int i = 0; i < count; i++) {
        sum = fmaf(slopes[half][i][lane], normals[half][i][lane], sum);
      }
    }
  }
  if (column < d && warp == 0) {
    dw[column] = sum;
  }
}

/** Adds the gradients of weight and bias, rows in order; blocks as above. */
extern "C" __global__ void __launch_bounds__(NORM_WEIGHT_THREADS) layer_norm_weight_gradient(const float* __restrict__ x, int ldx,
    const float* __restrict__ dy, int lddy, const float* __restrict__ statistics, int rows, float* __restrict__ dw, float* __restrict__ db, int columns) {
  __shared__ float normals[2][64][32];
  __shared__ float slopes[2][64][32];
  const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
  const int column = blockIdx.x * 32 + lane;
  float weight = column < columns && warp == 0 ? dw[column] : 0.f;
  float bias = column < columns && warp == 0 ? db[column] : 0.f;
  for (int start = 0, half = 0; start < rows; start += 64, half ^= 1) {
#pragma unroll
    for (int i = 0; i < 8; i++) {
      const long long row = start + warp + 8 * i;
      float normal = 0.f;
      float slope = 0.f;
      if (row < rows && column < columns) {
        normal = (x[row * ldx + column] - statistics[2 * row]) * statistics[2 * row + 1];
        slope = dy[row * lddy + column];
      }
      normals[half][warp + 8 * i][lane] = normal;
      slopes[half][warp + 8 * i][lane] = slope;
    }
    __syncthreads();
    if (warp == 0) {
      const int count = min(64, rows - start);
#pragma unroll 8
      for (int i = 0; i < count; i++) {
        weight = fmaf(slopes[half][i][lane], normals[half][i][lane], weight);
        bias += slopes[half][i][lane];
      }
    }
  }
  if (column < columns && warp == 0) {
    dw[column] = weight;
    db[column] = bias;
  }
}
