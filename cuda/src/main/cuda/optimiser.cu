// Passes over all parameters: bound by memory.
#include "numbers.cuh"

/**
 * partials[t] = Σ x² over tile t of 65,536 floats, as ScalarOptimiser.sumOfSquares: chunks of 1,024 in float by SumTree, up to
 * fifteen that are left over as a chain of their own, the chunks in order in double. A block a tile.
 */
extern "C" __global__ void __launch_bounds__(256) sum_of_squares(const float* __restrict__ x, long long n, double* __restrict__ partials) {
  __shared__ float chunks[64];
  const long long start = (long long)blockIdx.x << 16;
  const int count = (int)min(n - start, 65536ll);
  const float* tile = x + start;
  const int way = threadIdx.x & 15;
  for (int chunk = threadIdx.x >> 4; chunk < 64; chunk += 16) {
    const int first = chunk * 1024;
    const int elements = min(max(count - first, 0), 1024);
    const int bound = elements & -16;
    float sum = 0;
#pragma unroll 8
    for (int i = way; i < bound; i += 16) {
      const float v = tile[first + i];
      sum = fmaf(v, v, sum);
    }
    sum = tree_sum(sum);
    if (way == 0) {
      float rest = 0;
      for (int i = bound; i < elements; i++) {
        const float v = tile[first + i];
        rest = fmaf(v, v, rest);
      }
      chunks[chunk] = sum + rest;
    }
  }
  __syncthreads();
  if (threadIdx.x == 0) {
    double total = 0;
    for (int chunk = 0; chunk * 1024 < count; chunk++) {
      total += chunks[chunk];
    }
    partials[blockIdx.x] = total;
  }
}

/** Coefficients of one update, see OptimiserKernels.AdamWStep. */
struct AdamW {
  float scale, rate, beta1, own1, beta2, own2, eps, kept, inverse1, inverse2;

  __device__ __forceinline__ void update(float& theta, float gradient, float& m, float& v) const {
    const float g = gradient * scale;
    m = fmaf(g, own1, m * beta1);
    v = fmaf(g * g, own2, v * beta2);
    const float direction = m * inverse1 / (sqrtf(v * inverse2) + eps);
    theta = fmaf(direction, -rate, theta * kept);
  }
};

/** ScalarOptimiser.adamW, four floats a thread. The arrays are aligned to 16 bytes. */
extern "C" __global__ void __launch_bounds__(256) adamw(float* __restrict__ theta, const float* __restrict__ g, float* __restrict__ m, float* __restrict__ v,
    long long n, float scale, float rate, float beta1, float own1, float beta2, float own2, float eps, float kept, float inverse1, float inverse2) {
  const AdamW step = {scale, rate, beta1, own1, beta2, own2, eps, kept, inverse1, inverse2};
  const long long at = 4 * ((long long)blockIdx.x * 256 + threadIdx.x);
  if (at + 4 <= n) {
    float4 value = *(float4*)(theta + at);
    const float4 gradient = *(const float4*)(g + at);
    float4 first = *(float4*)(m + at);
    float4 second = *(float4*)(v + at);
    step.update(value.x, gradient.x, first.x, second.x);
    step.update(value.y, gradient.y, first.y, second.y);
    step.update(value.z, gradient.z, first.z, second.z);
    step.update(value.w, gradient.w, first.w, second.w);
    *(float4*)(theta + at) = value;
    *(float4*)(m + at) = first;
    *(float4*)(v + at) = second;
  } else {
    for (long long i = at; i < n; i++) {
      step.update(theta[i], g[i], m[i], v[i]);
    }
  }
}
