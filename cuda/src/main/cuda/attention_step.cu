// Attention of the next row of each sequence, its keys and values in a cache: the bits of attention.cu. Bound by memory.
#include "attention.cuh"

namespace attention {

/** Warps that make scores; the others have a column of values a thread. */
constexpr int SCORE_WARPS = 4;
constexpr int CHUNK = SCORE_WARPS * KEY_BLOCK;
/** Columns of keys in shared memory at a time, and floats from row to row there. */
constexpr int SLICE = 32;
constexpr int SLICE_PITCH = SLICE + 4;
constexpr int MOST_DEPTH = 256;

/** One row's keys: those of a prefix, then its own. */
struct StepKeys {
  int first;
  int end;
  int prefix;
  long long prefix_row;
  long long own_row;

  __device__ __forceinline__ bool has(int at) const {
    return at >= first && at < end;
  }

  /** Whether all keys of a block are there and in rows that follow each other. */
  __device__ __forceinline__ bool whole(int start) const {
    const int last = start + KEY_BLOCK;
    return start >= first && last <= end && (last <= prefix || start >= prefix);
  }

  __device__ __forceinline__ long long row(int at) const {
    return at < prefix ? prefix_row + at : own_row + at - prefix;
  }
};

/** What goes from the score warps to the others: three chunks, one written, one made weights, one read. */
template <int HEADS>
struct StepShared {
  float4 queries[HEADS * MOST_DEPTH / 4];
  float4 keys[SCORE_WARPS][KEY_BLOCK * SLICE_PITCH / 4];
  float4 weights[3][CHUNK * HEADS / 4];
  float most[3][SCORE_WARPS][HEADS];
  float factors[3][SCORE_WARPS][HEADS];
  float sums[3][SCORE_WARPS][HEADS];
};

/** Four columns of eight rows of a slice, for a warp's tile of 32 keys. */
__device__ __forceinline__ void load_slice(float4 (&piece)[8], const float* __restrict__ cache, long long ld, const StepKeys& keys, int start,
    int slice, int d) {
  const int lane = threadIdx.x & 31;
  const int c = slice + lane % 8 * 4;
#pragma unroll
  for (int i = 0; i < 8; i++) {
    const int at = start + lane / 8 + 4 * i;
    piece[i] = make_float4(0.f, 0.f, 0.f, 0.f);
    if (c < d && keys.has(at)) {
      piece[i] = *(const float4*)(cache + keys.row(at) * ld + c);
    }
  }
}

/** Scores of a block of keys, a key a lane, and the largest for each head. */
template <int HEADS>
__device__ __forceinline__ void step_scores(StepShared<HEADS>& shared, const float* __restrict__ cache, long long ld, const StepKeys& keys, int start,
    int buffer, int d) {
  const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
  float scores[HEADS];
#pragma unroll
  for (int h = 0; h < HEADS; h++) {
    scores[h] = 0.f;
  }
  float* const tile = (float*)shared.keys[warp];
  const float* const queries = (const float*)shared.queries;
  if (start < keys.end) {
    float4 piece[8];
    load_slice(piece, cache, ld, keys, start, 0, d);
    for (int slice = 0; slice < d; slice += SLICE) {
#pragma unroll
      for (int i = 0; i < 8; i++) {
        *(float4*)(tile + (lane / 8 + 4 * i) * SLICE_PITCH + lane % 8 * 4) = piece[i];
      }
      __syncwarp();
      load_slice(piece, cache, ld, keys, start, slice + SLICE, d);  // nothing behind the last one
      const int columns = min(SLICE, d - slice);
#pragma unroll 2
      for (int c = 0; c < columns; c += 4) {
        const float4 k = *(const float4*)(tile + lane * SLICE_PITCH + c);
#pragma unroll
        for (int h = 0; h < HEADS; h++) {
          const float4 q = *(const float4*)(queries + h * MOST_DEPTH + slice + c);
          scores[h] = fmaf(k.x, q.x, scores[h]);
          scores[h] = fmaf(k.y, q.y, scores[h]);
          scores[h] = fmaf(k.z, q.z, scores[h]);
          scores[h] = fmaf(k.w, q.w, scores[h]);
        }
      }
      __syncwarp();
    }
  }
  const bool valid = keys.has(start + lane);
#pragma unroll
  for (int h = 0; h < HEADS; h++) {
    scores[h] = valid ? scores[h] : lowest();
    float most = scores[h];
#pragma unroll
    for (int o = 16; o > 0; o >>= 1) {
      most = larger(most, __shfl_xor_sync(0xffffffffu, most, o));
    }
    if (lane == 0) {
      shared.most[buffer][warp][h] = most;
    }
  }
  store_shared(((float*)shared.weights[buffer]) + (KEY_BLOCK * warp + lane) * HEADS, scores);
}

/** Scores become weights; before: the maximum before the chunk, then behind it. */
template <int HEADS>
__device__ __forceinline__ void step_weights(StepShared<HEADS>& shared, float (&before)[HEADS], const StepKeys& keys, int start, int buffer) {
  const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
  float* const weights = ((float*)shared.weights[buffer]) + KEY_BLOCK * warp * HEADS;
  const bool valid = keys.has(start + lane);
  float own[HEADS];
  load_shared(own, weights + lane * HEADS);
#pragma unroll
  for (int h = 0; h < HEADS; h++) {
    float old = before[h];
#pragma unroll
    for (int w = 0; w < SCORE_WARPS; w++) {
      const float most = shared.most[buffer][w][h];
      old = w < warp ? larger(most, old) : old;
      before[h] = larger(most, before[h]);
    }
    const float now = larger(shared.most[buffer][warp][h], old);
    if (lane == 0) {
      shared.factors[buffer][warp][h] = old == now ? 1.f : exp_exact(old - now);
    }
    own[h] = valid ? exp_exact(own[h] - now) : 0.f;
  }
  store_shared(weights + lane * HEADS, own);
  __syncwarp();
  if (lane < HEADS) {
    float sum = 0.f;
#pragma unroll
    for (int j = 0; j < KEY_BLOCK; j++) {
      sum += weights[j * HEADS + lane];
    }
    shared.sums[buffer][warp][lane] = sum;
  }
}

/** A column of the values of a block of keys; 0 where there is no key. */
__device__ __forceinline__ void load_values(float (&values)[KEY_BLOCK], const float* __restrict__ column, long long ld, const StepKeys& keys, int start) {
  if (keys.whole(start)) {
    const float* from = column + keys.row(start) * ld;
#pragma unroll
    for (int j = 0; j < KEY_BLOCK; j++) {
      values[j] = from[j * ld];
    }
  } else if (start < keys.end) {
#pragma unroll
    for (int j = 0; j < KEY_BLOCK; j++) {
      values[j] = keys.has(start + j) ? column[keys.row(start + j) * ld] : 0.f;
    }
  }
}

/** A row and up to HEADS of the heads that share a key head. Three chunks of 128 keys are under way, a barrier between them. */
template <int HEADS>
__device__ __forceinline__ void step(const float* __restrict__ q, int ldq, const float* __restrict__ key_cache, const float* __restrict__ value_cache,
    const int* __restrict__ positions, const int* __restrict__ prefix_row, const int* __restrict__ prefix_length, const int* __restrict__ own_row,
    float* __restrict__ out, int ldo, int heads, int key_heads, int d, int window) {
  __shared__ StepShared<HEADS> shared;
  const int share = heads / key_heads;
  const int groups = (share + HEADS - 1) / HEADS;
  const int group = blockIdx.x % groups;
  const int key_head = blockIdx.x / groups % key_heads;
  const int row = blockIdx.x / groups / key_heads;
  const int head = key_head * share + group * HEADS;
  const int present = min(HEADS, share - group * HEADS);
  const int position = positions[row];
  const StepKeys keys = {first_key(position, window), position + 1, prefix_length[row], prefix_row[row], own_row[row]};
  const int begin = keys.first / KEY_BLOCK * KEY_BLOCK;
  const int chunks = (keys.end - begin + CHUNK - 1) / CHUNK;
  const long long ld = (long long)key_heads * d;

  float* const queries = (float*)shared.queries;
  const float factor = scale(d);
  for (int h = 0; h < HEADS; h++) {
    for (int c = threadIdx.x; c < d; c += blockDim.x) {
      queries[h * MOST_DEPTH + c] = h < present ? q[(long long)row * ldq + (head + h) * d + c] * factor : 0.f;
    }
  }
  __syncthreads();
  const int warp = threadIdx.x >> 5;
  if (warp < SCORE_WARPS) {
    const float* const cache = key_cache + key_head * d;
    float most[HEADS];
#pragma unroll
    for (int h = 0; h < HEADS; h++) {
      most[h] = lowest();
    }
    for (int chunk = 0; chunk < chunks + 2; chunk++) {
      const int start = begin + chunk * CHUNK + warp * KEY_BLOCK;
      if (chunk < chunks) {
        step_scores<HEADS>(shared, cache, ld, keys, start, chunk % 3, d);
      }
      if (chunk > 0 && chunk <= chunks) {
        step_weights<HEADS>(shared, most, keys, start - CHUNK, (chunk + 2) % 3);
      }
      __syncthreads();
    }
  } else {
    const int c = threadIdx.x - 32 * SCORE_WARPS;
    const float* const column = value_cache + key_head * d + c;
    const bool works = c < d;
    float sums[HEADS];
    float totals[HEADS];
#pragma unroll
    for (int h = 0; h < HEADS; h++) {
      sums[h] = 0.f;
      totals[h] = 0.f;
    }
    float next[KEY_BLOCK];
    if (works) {
      load_values(next, column, ld, keys, begin);
    }
    for (int chunk = 0; chunk < chunks + 2; chunk++) {
      if (chunk >= 2 && works) {
        const int buffer = (chunk + 1) % 3;
        const int base = begin + (chunk - 2) * CHUNK;
        const float* weights = (const float*)shared.weights[buffer];
        for (int b = 0; b < SCORE_WARPS && base + b * KEY_BLOCK < keys.end; b++) {
          float values[KEY_BLOCK];
#pragma unroll
          for (int j = 0; j < KEY_BLOCK; j++) {
            values[j] = next[j];
          }
          load_values(next, column, ld, keys, base + (b + 1) * KEY_BLOCK);
#pragma unroll
          for (int h = 0; h < HEADS; h++) {
            const float scaled = shared.factors[buffer][b][h];
            totals[h] = totals[h] * scaled + shared.sums[buffer][b][h];
            sums[h] *= scaled;
          }
#pragma unroll
          for (int j = 0; j < KEY_BLOCK; j++) {
            float weight[HEADS];
            load_shared(weight, weights + (b * KEY_BLOCK + j) * HEADS);
#pragma unroll
            for (int h = 0; h < HEADS; h++) {
              sums[h] = fmaf(weight[h], values[j], sums[h]);
            }
          }
        }
      }
      __syncthreads();
    }
    if (works) {
      float* const to = out + (long long)row * ldo + head * d + c;
#pragma unroll
      for (int h = 0; h < HEADS; h++) {
        if (h < present) {
          const float inverse = 1.f / totals[h];
          to[h * d] = sums[h] * inverse;
        }
      }
    }
  }
}

}  // namespace attention

/** Attention of a step, up to so many heads of a key head in a block; threads: 128 and one for each column of a head, whole warps. */
#define ATTENTION_STEP(HEADS)                                                                                                                   \
  extern "C" __global__ void __launch_bounds__(384) attention_step_##HEADS(const float* q, int ldq, const float* key_cache,                     \
      const float* value_cache, const int* positions, const int* prefix_row, const int* prefix_length, const int* own_row, float* out, int ldo, \
      int rows, int heads, int key_heads, int d, int window) {                                                                                  \
    attention::step<HEADS>(q, ldq, key_cache, value_cache, positions, prefix_row, prefix_length, own_row, out, ldo, heads, key_heads, d,        \
        window);                                                                                                                                \
  }

ATTENTION_STEP(1)
ATTENTION_STEP(4)
ATTENTION_STEP(8)
