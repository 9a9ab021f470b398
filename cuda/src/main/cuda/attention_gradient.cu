// Gradient of attention: the operations of ScalarAttentionGradient in their order. Bound by float32 arithmetic.
#include "attention.cuh"

/** delta[n][h] = Σ_c dout·out, one chain. A thread a row of a head; d is a multiple of 4. */
extern "C" __global__ void __launch_bounds__(ATTENTION_THREADS) attention_delta(const float* __restrict__ out, int ldo, const float* __restrict__ dout,
    int lddo, float* __restrict__ delta, int ldd, int rows, int heads, int d) {
  const long long at = (long long)blockIdx.x * ATTENTION_THREADS + threadIdx.x;
  if (at >= (long long)rows * heads) {
    return;
  }
  const long long row = at / heads;
  const long long head = at - row * heads;
  const float* a = out + row * ldo + head * d;
  const float* b = dout + row * lddo + head * d;
  float sum = 0.f;
#pragma unroll 8
  for (int c = 0; c < d; c += 4) {
    const float4 x = *(const float4*)(a + c);
    const float4 y = *(const float4*)(b + c);
    sum = fmaf(y.x, x.x, sum);
    sum = fmaf(y.y, x.y, sum);
    sum = fmaf(y.z, x.z, sum);
    sum = fmaf(y.w, x.w, sum);
  }
  delta[row * ldd + head] = sum;
}

namespace attention {

/** Rows of queries, scaled, as the gradient reads them. */
struct GradientRows {
  const float* __restrict__ q;
  int ldq;
  const float* __restrict__ dout;
  int lddo;
  const float* __restrict__ lse;
  int ldl;
  const float* __restrict__ delta;
  int ldd;
  int d;

  template <int DEPTH, int ROWS>
  __device__ __forceinline__ void bring_queries(float* tile, const Queries& own) const {
    bring<DEPTH, ROWS>(tile, own.count, d, scale(d), [&](int r) { return q + own.at(r, ldq, d); });
  }

  template <int DEPTH, int ROWS>
  __device__ __forceinline__ void bring_slopes(float* tile, const Queries& own) const {
    bring<DEPTH, ROWS>(tile, own.count, d, [&](int r) { return dout + own.at(r, lddo, d); });
  }

  __device__ __forceinline__ float log_sum(const Queries& own, int r) const {
    return lse[(long long)own.row_of(r) * ldl + own.head_of(r)];
  }

  __device__ __forceinline__ float delta_of(const Queries& own, int r) const {
    return delta[(long long)own.row_of(r) * ldd + own.head_of(r)];
  }
};

/**
 * dq of up to ROWS query rows: their keys in order, dq = Σ ds·k. Shared: queries, slopes of the outputs, a tile of values or
 * keys, slopes of the scores [key][row].
 */
template <int DEPTH, int ROWS, int KEYS>
__device__ __forceinline__ void query_gradient(float* const shared, const GradientRows rows, const float* __restrict__ k, int ldk, const float* __restrict__ v, int ldv,
    const int* __restrict__ block_row, const int* __restrict__ block_count, const int* __restrict__ block_position, const int* __restrict__ block_run,
    const Chain chain, float* __restrict__ dq, int lddq, int blocks, int heads, int key_heads, int window) {
  constexpr int RM = ROWS / 16;
  constexpr int KM = KEYS / 8;
  constexpr int OUT = ROWS / 8;
  constexpr int SLOPES_PITCH = ROWS + 4;
  float* const queries = shared;
  float* const outputs = queries + ROWS * PITCH<DEPTH>;
  float* const tile = outputs + ROWS * PITCH<DEPTH>;
  float* const slopes = tile + KEYS * PITCH<DEPTH>;
  int* const key_rows = (int*)(slopes + KEYS * SLOPES_PITCH);

  const int d = rows.d;
  const int share = heads / key_heads;
  const int chunks = (64 * share + ROWS - 1) / ROWS;
  const int key_head = blockIdx.x / chunks % key_heads;
  const int block = blocks - 1 - blockIdx.x / chunks / key_heads;
  const Queries own(block_row[block], block_count[block], block_position[block], share, key_head, blockIdx.x % chunks * ROWS, ROWS);
  if (own.count <= 0) {
    return;
  }
  const int run = block_run[block];
  const int end = own.position_of(own.count - 1) + 1;
  const int begin = first_key(own.position_of(0), window) / KEY_BLOCK * KEY_BLOCK;
  rows.bring_queries<DEPTH, ROWS>(queries, own);
  rows.bring_slopes<DEPTH, ROWS>(outputs, own);
  if (threadIdx.x < KEYS) {
    key_rows[threadIdx.x] = chain.row_of(run, min(begin + (int)threadIdx.x, end - 1));
  }
  int positions[RM];
  float norms[RM];
  float deltas[RM];
#pragma unroll
  for (int i = 0; i < RM; i++) {
    const int r = min(ty() + 16 * i, own.count - 1);
    positions[i] = own.position_of(r);
    norms[i] = rows.log_sum(own, r);
    deltas[i] = rows.delta_of(own, r);
  }
  float sums[OUT][DEPTH / 16];
  clear(sums);
  __syncthreads();
  for (int start = begin, half = 0; start < end; start += KEYS, half ^= KEYS) {
    const int count = min(KEYS, end - start);
    bring<DEPTH, KEYS>(tile, count, d, [&](int j) { return v + (long long)key_rows[half + j] * ldv + key_head * d; });
    if (threadIdx.x >= ATTENTION_THREADS - KEYS) {
      const int j = threadIdx.x - (ATTENTION_THREADS - KEYS);
      key_rows[(half ^ KEYS) + j] = chain.row_of(run, min(start + KEYS + j, end - 1));
    }
    __syncthreads();
    float dp[RM][KM];
    score<DEPTH, RM, KM>(dp, outputs, tile, d);
    __syncthreads();
    bring<DEPTH, KEYS>(tile, count, d, [&](int j) { return k + (long long)key_rows[half + j] * ldk + key_head * d; });
    __syncthreads();
    float scores[RM][KM];
    score<DEPTH, RM, KM>(scores, queries, tile, d);
#pragma unroll
    for (int i = 0; i < RM; i++) {
      const int first = first_key(positions[i], window);
#pragma unroll
      for (int j = 0; j < KM; j++) {
        const int at = start + tx() + 8 * j;
        const float p = exp_exact(scores[i][j] - norms[i]);
        slopes[(tx() + 8 * j) * SLOPES_PITCH + ty() + 16 * i] = at > positions[i] || at < first ? 0.f : (dp[i][j] - deltas[i]) * p;
      }
    }
    __syncthreads();
    accumulate<DEPTH, OUT, SLOPES_PITCH>(sums, slopes, tile, count);
    __syncthreads();
  }
  const float factor = scale(d);
#pragma unroll
  for (int o = 0; o < OUT; o++) {
    const int r = OUT * cy() + o;
#pragma unroll
    for (int m = 0; m < DEPTH / 64; m++) {
      const int c = 4 * cx() + 64 * m;
      if (r < own.count && c < d) {
        *(float4*)(dq + own.at(r, lddq, d) + c) =
            make_float4(sums[o][4 * m] * factor, sums[o][4 * m + 1] * factor, sums[o][4 * m + 2] * factor, sums[o][4 * m + 3] * factor);
      }
    }
  }
}

/** Keys whose gradients are added up together: count rows of k from row on, read by blocks of queries [from, to) of their group. */
struct KeyTile {
  int row;
  int count;
  int position;
  int from;
  int to;
  /** Row of dk and dv, or of the parts. */
  int target;
  int part;
};

/** An output of the key gradient: some rows of it are this thread's, which nobody else reads or writes. */
template <int DEPTH, int OUT>
struct KeySums {
  float* target;
  int ld;
  int count;
  int d;

  __device__ __forceinline__ void zero() const {
    float none[OUT][DEPTH / 16];
    clear(none);
    each(none, false);
  }

  __device__ __forceinline__ void add(const float (&sums)[OUT][DEPTH / 16]) const {
    each(sums, true);
  }

 private:
  __device__ __forceinline__ void each(const float (&sums)[OUT][DEPTH / 16], bool add) const {
#pragma unroll
    for (int o = 0; o < OUT; o++) {
      const int key = OUT * cy() + o;
#pragma unroll
      for (int m = 0; m < DEPTH / 64; m++) {
        const int c = 4 * cx() + 64 * m;
        if (key < count && c < d) {
          float4* const to = (float4*)(target + (long long)key * ld + c);
          float4 sum = make_float4(sums[o][4 * m], sums[o][4 * m + 1], sums[o][4 * m + 2], sums[o][4 * m + 3]);
          if (add) {
            const float4 before = *to;
            sum.x = before.x + sum.x;
            sum.y = before.y + sum.y;
            sum.z = before.z + sum.z;
            sum.w = before.w + sum.w;
          }
          *to = sum;
        }
      }
    }
  }
};

/**
 * dk and dv of up to KEYS keys: the blocks of queries that read them in order; what a block adds is a chain of its own from 0
 * over its rows. Shared: keys, values, a tile of queries or slopes of outputs, weights and slopes of scores [row][key].
 */
template <int DEPTH, int ROWS, int KEYS>
__device__ __forceinline__ void key_gradient(float* const shared, const GradientRows rows, const float* __restrict__ k, int ldk, const float* __restrict__ v, int ldv,
    const int* __restrict__ block_row, const int* __restrict__ block_count, const int* __restrict__ block_position, const KeyTile keys, int key_head,
    float* dk, int lddk, float* dv, int lddv, int share, int window) {
  constexpr int RM = ROWS / 16;
  constexpr int KM = KEYS / 8;
  constexpr int OUT = KEYS / 8;
  constexpr int WEIGHTS_PITCH = KEYS + 8;
  float* const key_tile = shared;
  float* const value_tile = key_tile + KEYS * PITCH<DEPTH>;
  float* const tile = value_tile + KEYS * PITCH<DEPTH>;
  float* const weights = tile + ROWS * PITCH<DEPTH>;
  float* const slopes = weights + ROWS * WEIGHTS_PITCH;

  const int d = rows.d;
  const int last = keys.position + keys.count - 1;
  const KeySums<DEPTH, OUT> to_keys = {dk + (long long)keys.target * lddk + key_head * d, lddk, keys.count, d};
  const KeySums<DEPTH, OUT> to_values = {dv + (long long)keys.target * lddv + key_head * d, lddv, keys.count, d};
  to_keys.zero();
  to_values.zero();
  bring<DEPTH, KEYS>(key_tile, keys.count, d, [&](int j) { return k + (long long)(keys.row + j) * ldk + key_head * d; });
  bring<DEPTH, KEYS>(value_tile, keys.count, d, [&](int j) { return v + (long long)(keys.row + j) * ldv + key_head * d; });
  for (int block = keys.from; block < keys.to; block++) {
    const int position = block_position[block];
    const int count = block_count[block];
    if (first_key(position, window) > last) {
      continue;
    }
    float key_sums[OUT][DEPTH / 16];
    float value_sums[OUT][DEPTH / 16];
    clear(key_sums);
    clear(value_sums);
    for (int first = 0; first < count * share; first += ROWS) {
      const Queries own(block_row[block], count, position, share, key_head, first, ROWS);
      if (own.position_of(own.count - 1) < keys.position || first_key(own.position_of(0), window) > last) {
        continue;
      }
      rows.bring_slopes<DEPTH, ROWS>(tile, own);
      __syncthreads();
      float dp[RM][KM];
      score<DEPTH, RM, KM>(dp, tile, value_tile, d);
      __syncthreads();
      rows.bring_queries<DEPTH, ROWS>(tile, own);
      __syncthreads();
      float scores[RM][KM];
      score<DEPTH, RM, KM>(scores, tile, key_tile, d);
#pragma unroll
      for (int i = 0; i < RM; i++) {
        const int r = min(ty() + 16 * i, own.count - 1);
        const int at = own.position_of(r);
        const int begin = first_key(at, window);
        const float norm = rows.log_sum(own, r);
        const float delta = rows.delta_of(own, r);
#pragma unroll
        for (int j = 0; j < KM; j++) {
          const int key = keys.position + tx() + 8 * j;
          const bool hidden = key > at || key < begin || ty() + 16 * i >= own.count || key > last;
          const float p = hidden ? 0.f : exp_exact(scores[i][j] - norm);
          weights[(ty() + 16 * i) * WEIGHTS_PITCH + tx() + 8 * j] = p;
          slopes[(ty() + 16 * i) * WEIGHTS_PITCH + tx() + 8 * j] = hidden ? 0.f : (dp[i][j] - delta) * p;
        }
      }
      __syncthreads();
      accumulate<DEPTH, OUT, WEIGHTS_PITCH>(key_sums, slopes, tile, own.count);
      __syncthreads();
      rows.bring_slopes<DEPTH, ROWS>(tile, own);
      __syncthreads();
      accumulate<DEPTH, OUT, WEIGHTS_PITCH>(value_sums, weights, tile, own.count);
      __syncthreads();
    }
    to_keys.add(key_sums);
    to_values.add(value_sums);
  }
}

}  // namespace attention

/** dq of attention for heads of up to so many columns, a multiple of 8. */
#define ATTENTION_QUERY_GRADIENT(DEPTH, ROWS, KEYS)                                                                                                                  \
  extern "C" __global__ void __launch_bounds__(ATTENTION_THREADS, 2) attention_query_gradient_##DEPTH(const float* q, int ldq, const float* k,                       \
      int ldk, const float* v, int ldv, const float* dout, int lddo, const float* lse, int ldl, const float* delta, int ldd,                                         \
      const int* block_row, const int* block_count, const int* block_position, const int* block_run, const int* run_start,                                           \
      const int* run_row, const int* run_before, float* dq, int lddq, int blocks, int heads, int key_heads, int d, int window) {                                     \
    const attention::GradientRows rows = {q, ldq, dout, lddo, lse, ldl, delta, ldd, d};                                                                              \
    const attention::Chain chain = {run_start, run_row, run_before};                                                                                                 \
    extern __shared__ float4 attention_memory[];                                                                                                                     \
    attention::query_gradient<DEPTH, ROWS, KEYS>((float*)attention_memory, rows, k, ldk, v, ldv, block_row, block_count, block_position, block_run, chain, dq, lddq, \
        blocks, heads, key_heads, window);                                                                                                                           \
  }

ATTENTION_QUERY_GRADIENT(64, 64, 32)
ATTENTION_QUERY_GRADIENT(128, 64, 32)
ATTENTION_QUERY_GRADIENT(256, 32, 16)

/** dk and dv, or parts of them, of a tile of up to 32 keys; tile_* say which and who reads them. */
#define ATTENTION_KEY_GRADIENT(DEPTH, ROWS, KEYS)                                                                                                      \
  extern "C" __global__ void __launch_bounds__(ATTENTION_THREADS, 2) attention_key_gradient_##DEPTH(const float* q, int ldq, const float* k,           \
      int ldk, const float* v, int ldv, const float* dout, int lddo, const float* lse, int ldl, const float* delta, int ldd,                           \
      const int* block_row, const int* block_count, const int* block_position, const int* tile_row, const int* tile_count,                             \
      const int* tile_position, const int* tile_from, const int* tile_to, const int* tile_target, const int* tile_part, float* dk, int lddk,           \
      float* dv, int lddv, float* dk_parts, int lddkp, float* dv_parts, int lddvp, int heads, int key_heads, int d, int window) {                      \
    constexpr int PIECES = 32 / KEYS;                                                                                                                  \
    const int piece = blockIdx.x % PIECES;                                                                                                             \
    const int key_head = blockIdx.x / PIECES % key_heads;                                                                                              \
    const int tile = blockIdx.x / PIECES / key_heads;                                                                                                  \
    const int begin = KEYS * piece;                                                                                                                    \
    const attention::KeyTile keys = {tile_row[tile] + begin, min(tile_count[tile] - begin, KEYS), tile_position[tile] + begin, tile_from[tile],        \
        tile_to[tile], tile_target[tile] + begin, tile_part[tile]};                                                                                    \
    if (keys.count <= 0) {                                                                                                                             \
      return;                                                                                                                                          \
    }                                                                                                                                                  \
    const attention::GradientRows rows = {q, ldq, dout, lddo, lse, ldl, delta, ldd, d};                                                                \
    extern __shared__ float4 attention_memory[];                                                                                                       \
    attention::key_gradient<DEPTH, ROWS, KEYS>((float*)attention_memory, rows, k, ldk, v, ldv, block_row, block_count, block_position, keys, key_head, \
        keys.part ? dk_parts : dk, keys.part ? lddkp : lddk, keys.part ? dv_parts : dv, keys.part ? lddvp : lddv, heads / key_heads, window);          \
  }

ATTENTION_KEY_GRADIENT(64, 64, 32)
ATTENTION_KEY_GRADIENT(128, 64, 32)
ATTENTION_KEY_GRADIENT(256, 32, 16)
