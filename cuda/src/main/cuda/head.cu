// Heads: softmax over a vocabulary in slices of 1,024, sampling, scalar outputs. See HeadKernels and ScalarHead.
#include "numbers.cuh"

#define SLICE 1024
#define ALL_LANES 0xffffffffu
#define LOWEST (-__int_as_float(0x7f800000))

/** A double of another lane. */
__device__ __forceinline__ double lane_double(double value, int lane) {
  return __shfl_sync(ALL_LANES, value, lane);
}

/** The larger of two, as `z > max ? z : max`. */
__device__ __forceinline__ float larger(float max, float z) {
  return z > max ? z : max;
}

__device__ __forceinline__ float warp_max(float max) {
#pragma unroll
  for (int other = 16; other > 0; other >>= 1) max = larger(max, __shfl_xor_sync(ALL_LANES, max, other));
  return max;
}

/**
 * Of each row and slice maximum, Σ e^(z − max) and Σ e^(z − max)(z − max), as SumTree adds them: a warp a slice. Element i
 * belongs to lane i mod 32, which makes its exponential; the chain of i mod 16 is added by the lower sixteen lanes. Blocks
 * [rows, groups of four slices].
 */
extern "C" __global__ void __launch_bounds__(128, 4) slice_statistics(const float* __restrict__ logits, int ld, int columns, float temperature,
    float* __restrict__ statistics, int ldst, int slice, int rows) {
  const int lane = threadIdx.x & 31, of = blockIdx.y * 4 + (threadIdx.x >> 5);
  const long long row = blockIdx.x;
  const int start = of * SLICE, count = min(columns - start, SLICE);
  if (count <= 0) return;
  const float* x = logits + row * ld + start;
  const float inverse = 1.f / temperature;
  float z[SLICE / 32];
  float max = LOWEST;
#pragma unroll
  for (int i = 0; i < SLICE / 32; i++) {
    z[i] = 32 * i + lane < count ? x[32 * i + lane] * inverse : 0.f;
    if (32 * i + lane < count) max = larger(max, z[i]);
  }
  max = warp_max(max) + 0.f;
  float sum = 0, weighted = 0;
#pragma unroll
  for (int i = 0; i < SLICE / 32; i++) {
    const float shifted = z[i] - max, e = exp_exact(shifted);
    const float next = __shfl_down_sync(ALL_LANES, shifted, 16), next_e = __shfl_down_sync(ALL_LANES, e, 16);
    if (32 * i + lane < count) {
      sum += e;
      weighted = fmaf(e, shifted, weighted);
    }
    if (32 * i + 16 + lane < count) {
      sum += next_e;
      weighted = fmaf(next_e, next, weighted);
    }
  }
  sum = tree_sum(sum);
  weighted = tree_sum(weighted);
  if (lane == 0) {
    float* target = statistics + row * ldst + 3ll * (slice + of);
    target[0] = max;
    target[1] = sum;
    target[2] = weighted;
  }
}

/** What a row's slices say together, in all lanes of a warp: their maximum, and the sums in the order of the slices. */
struct Combined {
  float max;
  double sum, weighted;

  __device__ __forceinline__ Combined(const float* statistics, int slices) : max(LOWEST), sum(0), weighted(0) {
    const int lane = threadIdx.x & 31;
    for (int s = lane; s < slices; s += 32) max = larger(max, statistics[3 * s]);
    max = warp_max(max);
    for (int first = 0; first < slices; first += 32) {
      double mass = 0, share = 0;
      if (first + lane < slices) {
        const float* of = statistics + 3 * (first + lane);
        const double shift = (double)of[0] - max, factor = exp(shift);
        mass = factor * of[1];
        share = factor * (of[2] + shift * of[1]);
      }
      const int count = min(32, slices - first);
      for (int i = 0; i < count; i++) {
        sum += lane_double(mass, i);
        weighted += lane_double(share, i);
      }
    }
  }
};

/** lse = M + log S, entropy = log S − Σ e^(z−M)(z−M) / S over all slices. A warp a row. */
extern "C" __global__ void __launch_bounds__(128) combine_statistics(const float* __restrict__ statistics, int ldst, int slices, float* __restrict__ lse,
    float* __restrict__ entropy, int rows) {
  const long long row = 4ll * blockIdx.x + (threadIdx.x >> 5);
  if (row >= rows) return;
  const Combined all(statistics + row * ldst, slices);
  if ((threadIdx.x & 31) == 0) {
    lse[row] = (float)(all.max + log(all.sum));
    entropy[row] = (float)(log(all.sum) - all.weighted / all.sum);
  }
}

/** out[n] = the logit of row n's label, where it is one of columns [column, column + columns). */
extern "C" __global__ void __launch_bounds__(256) label_logits(const float* __restrict__ logits, int ld, int column, int columns, const int* __restrict__ labels,
    float* __restrict__ out, int rows) {
  const long long row = 256ll * blockIdx.x + threadIdx.x;
  if (row >= rows) return;
  const int at = labels[row] - column;
  if (at >= 0 && at < columns) out[row] = logits[row * ld + at];
}

/** LanguageHead.logProb. */
__device__ __forceinline__ float log_prob(float logit, float temperature, float lse) {
  return logit / temperature - lse;
}

extern "C" __global__ void __launch_bounds__(256) log_probs(const float* __restrict__ label_logits, float temperature, const float* __restrict__ lse,
    float* __restrict__ out, int rows) {
  const long long row = 256ll * blockIdx.x + threadIdx.x;
  if (row < rows) out[row] = log_prob(label_logits[row], temperature, lse[row]);
}

/** Replaces logits by the gradient, as ScalarHead.logitsGradient. Blocks [rows, columns / 1024]. */
extern "C" __global__ void __launch_bounds__(256) logits_gradient(float* __restrict__ logits, int ld, int column, int columns, const int* __restrict__ labels,
    float temperature, const float* __restrict__ lse, const float* __restrict__ entropy, const float* __restrict__ dlogprob,
    const float* __restrict__ dentropy, int rows) {
  const long long row = blockIdx.x;
  const float inverse = 1.f / temperature, total = lse[row], slope_logprob = dlogprob[row];
  const float slope_entropy = dentropy ? dentropy[row] : 0.f;
  const float slope = -slope_entropy * inverse;
  const float start = -(slope_logprob + slope_entropy * entropy[row]) * inverse;
  const int label = labels[row] - column;
  float* z = logits + row * ld;
#pragma unroll
  for (int i = 0; i < 4; i++) {
    const int c = blockIdx.y * 1024 + 256 * i + threadIdx.x;
    if (c < columns) {
      const float logp = z[c] * inverse - total;
      const float dz = exp_exact(logp) * fmaf(logp, slope, start);
      z[c] = c == label ? dz + slope_logprob * inverse : dz;
    }
  }
}

/** The first of the largest logits of a row, in all of a block's threads. */
__device__ __forceinline__ int arg_max(const float* z, int vocabulary) {
  __shared__ float values[8];
  __shared__ int places[8];
  int best = 0;
  float value = z[0];
  for (int i = threadIdx.x; i < vocabulary; i += 256) {
    if (z[i] > value) {
      value = z[i];
      best = i;
    }
  }
#pragma unroll
  for (int other = 16; other > 0; other >>= 1) {
    const float v = __shfl_xor_sync(ALL_LANES, value, other);
    const int at = __shfl_xor_sync(ALL_LANES, best, other);
    if (v > value || (v == value && at < best)) {
      value = v;
      best = at;
    }
  }
  if ((threadIdx.x & 31) == 0) {
    values[threadIdx.x >> 5] = value;
    places[threadIdx.x >> 5] = best;
  }
  __syncthreads();
  value = values[0];
  best = places[0];
#pragma unroll
  for (int w = 1; w < 8; w++) {
    if (values[w] > value || (values[w] == value && places[w] < best)) {
      value = values[w];
      best = places[w];
    }
  }
  return best;
}

/** ScalarHead.sample: a slice by its mass, then the token by the cumulative sum within it. In thread 0. */
__device__ __forceinline__ int draw(const float* z, int vocabulary, float temperature, const float* statistics, double uniform) {
  __shared__ double masses[SLICE];
  __shared__ double left_of_slice;
  __shared__ int chosen;
  __shared__ float peak;
  if (threadIdx.x < 32) {
    const int slices = (vocabulary + SLICE - 1) / SLICE, lane = threadIdx.x;
    const Combined all(statistics, slices);
    double left = uniform * all.sum;
    int slice = -1;
    for (int first = 0; first < slices && slice < 0; first += 32) {
      double mass = 0;
      if (first + lane < slices) mass = exp((double)statistics[3 * (first + lane)] - all.max) * statistics[3 * (first + lane) + 1];
      const int count = min(32, slices - first);
      for (int i = 0; i < count && slice < 0; i++) {
        const double of = lane_double(mass, i);
        if (first + i == slices - 1 || left < of) {
          slice = first + i;
        } else {
          left -= of;
        }
      }
    }
    if (lane == 0) {
      left_of_slice = left;
      chosen = slice;
      peak = all.max;
    }
  }
  __syncthreads();
  const int start = chosen * SLICE, count = min(vocabulary - start, SLICE);
  for (int i = threadIdx.x; i < count; i += 256) masses[i] = exp((double)(z[start + i] / temperature) - peak);
  __syncthreads();
  int last = 0;
  if (threadIdx.x == 0) {
    double left = left_of_slice;
    for (int i = 0; i < count && !(left < 0); i++) {
      if (masses[i] > 0) last = i;
      left -= masses[i];
    }
  }
  return start + last;
}

/** A token of each row's distribution and its log-prob; greedy: the first of the most likely. A block a row. */
extern "C" __global__ void __launch_bounds__(256) sample_tokens(const float* __restrict__ logits, int ld, int vocabulary, float temperature,
    const float* __restrict__ statistics, int ldst, const float* __restrict__ lse, const double* __restrict__ uniforms, int greedy,
    int* __restrict__ tokens, float* __restrict__ logprobs, int rows) {
  const long long row = blockIdx.x;
  const float* z = logits + row * ld;
  int token;
  if (greedy) {
    token = arg_max(z, vocabulary);
  } else {
    token = draw(z, vocabulary, temperature, statistics + row * ldst, uniforms[row]);
  }
  if (threadIdx.x == 0) {
    tokens[row] = token;
    logprobs[row] = log_prob(z[token], temperature, lse[row]);
  }
}

/** values[n] = x[rows[n]] · weight + bias, one chain in double. A block makes 32 of them: all its threads load, a warp adds. */
extern "C" __global__ void __launch_bounds__(128) scalar_head(const float* __restrict__ x, int ldx, const int* __restrict__ rows_idx,
    const float* __restrict__ weight, const float* __restrict__ bias, float* __restrict__ values, int count, int columns) {
  __shared__ float tile[32][65];
  __shared__ float weights[64];
  const int first = blockIdx.x * 32, lane = threadIdx.x & 31;
  double sum = bias ? bias[0] : 0.;
  for (int start = 0; start < columns; start += 64) {
    const int width = min(64, columns - start);
    for (int i = threadIdx.x; i < 32 * 64; i += 128) {
      const int n = i / 64, c = i % 64;
      if (first + n < count && c < width) tile[n][c] = x[(long long)rows_idx[first + n] * ldx + start + c];
    }
    if (threadIdx.x < width) weights[threadIdx.x] = weight[start + threadIdx.x];
    __syncthreads();
    if (threadIdx.x < 32 && first + lane < count) {
      for (int c = 0; c < width; c++) sum += (double)tile[lane][c] * weights[c];
    }
    __syncthreads();
  }
  if (threadIdx.x < 32 && first + lane < count) values[first + lane] = (float)sum;
}

/**
 * Adds to dx, dw and db, values in order; a row may come several times. Blocks [columns / 256, 2]: those of y = 0 add to weight
 * and bias, those of y = 1 to rows of dx, each thread to its own column.
 */
extern "C" __global__ void __launch_bounds__(256) scalar_head_gradient(const float* __restrict__ x, int ldx, const int* __restrict__ rows_idx, int count,
    const float* __restrict__ weight, const float* __restrict__ dvalues, float* __restrict__ dx, int lddx, float* __restrict__ dw,
    float* __restrict__ db, int columns) {
  const int c = blockIdx.x * 256 + threadIdx.x;
  if (c >= columns) return;
  if (blockIdx.y > 0) {
    const float w = weight[c];
    for (int n = 0; n < count; n++) {
      float* target = dx + (long long)rows_idx[n] * lddx + c;
      *target += dvalues[n] * w;
    }
    return;
  }
  float sum = dw[c];
#pragma unroll 8
  for (int n = 0; n < count; n++) sum += dvalues[n] * x[(long long)rows_idx[n] * ldx + c];
  dw[c] = sum;
  if (c == 0 && db) {
    float total = db[0];
    for (int n = 0; n < count; n++) total += dvalues[n];
    db[0] = total;
  }
}
