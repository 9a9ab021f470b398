// Operands of products on their way from global memory through registers to shared memory.
#pragma once
#include "numbers.cuh"

#ifdef SIMT_EMULATION
// g++ does not see that what is stored was loaded.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

/** A bfloat16 as it is stored. */
typedef unsigned short stored_bf16;

/** Four neighbouring numbers as they lie in memory. */
template <class T>
struct Loaded;

template <>
struct Loaded<float> {
  float4 raw;

  __device__ __forceinline__ void all(const float* p) { raw = *(const float4*)p; }

  __device__ __forceinline__ void some(const float* p, int count) {
    raw.x = count > 0 ? p[0] : 0.f;
    raw.y = count > 1 ? p[1] : 0.f;
    raw.z = count > 2 ? p[2] : 0.f;
    raw.w = count > 3 ? p[3] : 0.f;
  }

  __device__ __forceinline__ float4 floats() const { return raw; }
};

template <>
struct Loaded<stored_bf16> {
  uint2 raw;

  __device__ __forceinline__ void all(const stored_bf16* p) { raw = *(const uint2*)p; }

  __device__ __forceinline__ void some(const stored_bf16* p, int count) {
    raw.x = count > 0 ? p[0] : 0u;
    raw.x |= count > 1 ? (unsigned)p[1] << 16 : 0u;
    raw.y = count > 2 ? p[2] : 0u;
    raw.y |= count > 3 ? (unsigned)p[3] << 16 : 0u;
  }

  __device__ __forceinline__ float4 floats() const {
    return make_float4(widen(raw.x), __uint_as_float(raw.x & 0xffff0000u), widen(raw.y), __uint_as_float(raw.y & 0xffff0000u));
  }
};

/**
 * One operand's part of a tile: EXTENT rows of the result (or columns), DEPTH of the sum. In memory a row is a row of the
 * result, or (LEADING) of the sum. What lies outside is 0.
 */
template <class T, int EXTENT, int DEPTH, int THREADS, bool LEADING>
struct Operand {
  static constexpr int COUNT = EXTENT * DEPTH / 4 / THREADS;
  static constexpr int LINE = (LEADING ? EXTENT : DEPTH) / 4;
  static_assert(COUNT * 4 * THREADS == EXTENT * DEPTH && (!LEADING || COUNT % 2 == 0), "threads share the tile");

  const T* from;
  int ld, extent, depth;
  bool aligned;
  Loaded<T> staged[COUNT];

  /** Of a matrix of all rows, the tile that begins at first. */
  __device__ __forceinline__ Operand(const T* matrix, int ld, int first, int extent, int depth)
      : from(matrix + (LEADING ? (long long)first : (long long)first * ld)),
        ld(ld),
        extent(extent - first),
        depth(depth),
        aligned(ld % 4 == 0 && ((unsigned long long)matrix & (4 * sizeof(T) - 1)) == 0) {}

  /** Row of memory within the tile of a thread's i-th four; neighbours in pairs where LEADING. */
  __device__ __forceinline__ static int line(int i) {
    return LEADING ? 2 * (((i >> 1) * THREADS + threadIdx.x) / LINE) + (i & 1) : (i * THREADS + threadIdx.x) / LINE;
  }

  /** Its first column of memory within the tile. */
  __device__ __forceinline__ static int column(int i) {
    return 4 * (((LEADING ? i >> 1 : i) * THREADS + threadIdx.x) % LINE);
  }

  /** Begins to load what begins at this depth. */
  __device__ __forceinline__ void load(int start) {
    const T* tile = from + (LEADING ? (long long)start * ld : (long long)start);
    const int lines = LEADING ? depth - start : extent, columns = LEADING ? extent : depth - start;
    if (aligned && extent >= EXTENT && depth - start >= DEPTH) {
#pragma unroll
      for (int i = 0; i < COUNT; i++) staged[i].all(tile + (long long)line(i) * ld + column(i));
    } else {
#pragma unroll
      for (int i = 0; i < COUNT; i++) {
        staged[i].some(tile + (long long)line(i) * ld + column(i), line(i) < lines ? columns - column(i) : 0);
      }
    }
  }
};

/** Floats in shared memory by depth: a thread takes four neighbours of the extent at once. */
template <int EXTENT, int DEPTH>
struct FloatTile {
  static constexpr int PITCH = EXTENT + 4;
  float at[DEPTH][PITCH];

  template <class T, int THREADS, bool LEADING>
  __device__ __forceinline__ void store(const Operand<T, EXTENT, DEPTH, THREADS, LEADING>& operand) {
#pragma unroll
    for (int i = 0; i < operand.COUNT; i++) {
      const float4 v = operand.staged[i].floats();
      const int line = operand.line(i), column = operand.column(i);
      if (LEADING) {
        *(float4*)&at[line][column] = v;
      } else {
        at[column][line] = v.x;
        at[column + 1][line] = v.y;
        at[column + 2][line] = v.z;
        at[column + 3][line] = v.w;
      }
    }
  }
};

/** Operands of tensor cores are words: two bfloat16 of neighbouring depth, or one tf32. */
struct Bf16 {
  static constexpr int PER_WORD = 2;

  __device__ __forceinline__ static void multiply(float (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2]) { mma_bf16(d, a, b); }
};

struct Tf32 {
  static constexpr int PER_WORD = 1;

  __device__ __forceinline__ static void multiply(float (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2]) { mma_tf32(d, a, b); }
};

/** Words in shared memory, with room between rows so that the lanes of a warp read different banks. */
template <class Precision, int EXTENT, int WORDS, bool LEADING>
struct WordTile {
  static constexpr int DEPTH = WORDS * Precision::PER_WORD;
  static constexpr int PITCH = LEADING ? EXTENT + 8 : WORDS + 4;
  unsigned at[(LEADING ? WORDS : EXTENT) * PITCH];

  __device__ __forceinline__ unsigned word(int x, int w) const { return at[LEADING ? w * PITCH + x : x * PITCH + w]; }

  template <class T, int THREADS>
  __device__ __forceinline__ void store(const Operand<T, EXTENT, DEPTH, THREADS, LEADING>& operand) {
    constexpr bool pairs = Precision::PER_WORD == 2;
    constexpr int step = LEADING && pairs ? 2 : 1;
#pragma unroll
    for (int i = 0; i < operand.COUNT; i += step) {
      const float4 v = operand.staged[i].floats();
      const int line = operand.line(i), column = operand.column(i);
      if (!pairs) {
        *(uint4*)&at[line * PITCH + column] = make_uint4(round_tf32(v.x), round_tf32(v.y), round_tf32(v.z), round_tf32(v.w));
      } else if (LEADING) {
        const float4 u = operand.staged[i + step - 1].floats();
        *(uint4*)&at[line / 2 * PITCH + column] =
            make_uint4(pack_bf16(v.x, u.x), pack_bf16(v.y, u.y), pack_bf16(v.z, u.z), pack_bf16(v.w, u.w));
      } else {
        *(uint2*)&at[line * PITCH + column / 2] = make_uint2(pack_bf16(v.x, v.y), pack_bf16(v.z, v.w));
      }
    }
  }
};

/** Which tile of the result a block makes: eight rows of tiles at a time, so that neighbouring blocks share operands in L2. */
struct TilePlace {
  int row, column;

  __device__ __forceinline__ TilePlace(int height, int width, int m, int n) {
    const int down = (m + height - 1) / height, across = (n + width - 1) / width;
    const int group = blockIdx.x / (8 * across), within = blockIdx.x % (8 * across);
    const int rows = min(8, down - 8 * group);
    row = (8 * group + within % rows) * height;
    column = within / rows * width;
  }
};
