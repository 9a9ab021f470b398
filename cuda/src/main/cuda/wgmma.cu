// Large products of two bfloat16 factors on Hopper, by wgmma: a warpgroup of four warps multiplies operands that lie in shared memory.
// Only compute capability 9.0 has it. Whether its sums have the bits of mma.sync nobody says: Products takes it where the card shows
// that they do.
#include "numbers.cuh"

typedef unsigned short stored_bf16;

namespace hopper {

constexpr int THREADS = 256, HEIGHT = 128, WIDTH = 256, DEPTH = 64, STAGES = 4, GROUP_ROWS = 64, STEP = 16;
/** A row of a tile is 128 bytes; eight of them are what the chunks of 16 bytes are exchanged in. */
constexpr int ROW = 2 * DEPTH, ATOM = 8 * ROW;
constexpr int LEFT = HEIGHT * ROW, TILE = LEFT + WIDTH * ROW;

/** Where a chunk of a row of a tile is: the 128-byte swizzle of the PTX ISA, for tiles that begin at multiples of 1024. */
__device__ __forceinline__ int place(int row, int chunk) {
  return row * ROW + 16 * (chunk ^ (row & 7));
}

#ifdef SIMT_EMULATION

inline void fence_copies() {}
inline void begin_products(float (&)[WIDTH / 8][4]) {}
inline void end_products() {}
template <int PENDING> void wait_products(float (&)[WIDTH / 8][4]) {}

/** A bfloat16 of a tile. */
inline float element(const unsigned char* tile, int row, int k) {
  return widen(((const stored_bf16*)(tile + place(row, k / 8)))[k % 8]);
}

/** As the stand-in of mma_bf16 adds: one chain in double, rounded once. */
inline void multiply(float (&d)[WIDTH / 8][4], const unsigned char* a, const unsigned char* b, int depth) {
  const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5 & 3;
  for (int j = 0; j < WIDTH / 8; j++) {
    for (int e = 0; e < 4; e++) {
      const int row = 16 * warp + (e >> 1) * 8 + (lane >> 2), column = 8 * j + 2 * (lane & 3) + (e & 1);
      double sum = d[j][e];
      for (int k = depth; k < depth + STEP; k++) sum += (double)element(a, row, k) * element(b, column, k);
      d[j][e] = (float)sum;
    }
  }
}

#else

/** What cp.async has written is seen by what reads through descriptors. */
__device__ __forceinline__ void fence_copies() {
  asm volatile("fence.proxy.async.shared::cta;" ::: "memory");
}

/** Registers stay where products find them. */
__device__ __forceinline__ void hold(float (&d)[WIDTH / 8][4]) {
#pragma unroll
  for (int j = 0; j < WIDTH / 8; j++)
#pragma unroll
    for (int e = 0; e < 4; e++) asm volatile("" : "+f"(d[j][e])::"memory");
}

__device__ __forceinline__ void begin_products(float (&d)[WIDTH / 8][4]) {
  hold(d);
  asm volatile("wgmma.fence.sync.aligned;" ::: "memory");
}

/** Ends a group of this warpgroup's products. */
__device__ __forceinline__ void end_products() {
  asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory");
}

/** Waits until no more than PENDING groups are at work. */
template <int PENDING>
__device__ __forceinline__ void wait_products(float (&d)[WIDTH / 8][4]) {
  asm volatile("wgmma.wait_group.sync.aligned %0;" ::"n"(PENDING) : "memory");
  hold(d);
}

/**
 * Matrix descriptor of a tile whose rows lie along the depth, swizzled by 128 bytes: address and distance of eight rows in units of
 * 16 bytes. Within the 128 bytes a step of the depth moves the address alone.
 */
__device__ __forceinline__ unsigned long long descriptor(const unsigned char* tile, int depth) {
  const unsigned address = (unsigned)__cvta_generic_to_shared(tile) + 2 * depth;
  return (unsigned long long)(address >> 4 & 0x3fff) | 1ull << 16 | (unsigned long long)(ATOM >> 4) << 32 | 1ull << 62;
}

#define QUAD(j) "+f"(d[j][0]), "+f"(d[j][1]), "+f"(d[j][2]), "+f"(d[j][3])

/** d [64, 256] += a [64, 16] · b [256, 16]ᵀ of a warpgroup. Thread t holds rows and columns as mma_bf16 does, 16 rows a warp. */
__device__ __forceinline__ void multiply(float (&d)[WIDTH / 8][4], const unsigned char* a, const unsigned char* b, int depth) {
  asm volatile(
      "{\n"
      ".reg .pred add;\n"
      "setp.ne.b32 add, %130, 0;\n"
      "wgmma.mma_async.sync.aligned.m64n256k16.f32.bf16.bf16 {"
      "%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, "
      "%16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31, "
      "%32, %33, %34, %35, %36, %37, %38, %39, %40, %41, %42, %43, %44, %45, %46, %47, "
      "%48, %49, %50, %51, %52, %53, %54, %55, %56, %57, %58, %59, %60, %61, %62, %63, "
      "%64, %65, %66, %67, %68, %69, %70, %71, %72, %73, %74, %75, %76, %77, %78, %79, "
      "%80, %81, %82, %83, %84, %85, %86, %87, %88, %89, %90, %91, %92, %93, %94, %95, "
      "%96, %97, %98, %99, %100, %101, %102, %103, %104, %105, %106, %107, %108, %109, %110, %111, "
      "%112, %113, %114, %115, %116, %117, %118, %119, %120, %121, %122, %123, %124, %125, %126, %127"
      "}, %128, %129, add, 1, 1, 0, 0;\n"
      "}"
      : QUAD(0), QUAD(1), QUAD(2), QUAD(3), QUAD(4), QUAD(5), QUAD(6), QUAD(7),
        QUAD(8), QUAD(9), QUAD(10), QUAD(11), QUAD(12), QUAD(13), QUAD(14), QUAD(15),
        QUAD(16), QUAD(17), QUAD(18), QUAD(19), QUAD(20), QUAD(21), QUAD(22), QUAD(23),
        QUAD(24), QUAD(25), QUAD(26), QUAD(27), QUAD(28), QUAD(29), QUAD(30), QUAD(31)
      : "l"(descriptor(a, depth)), "l"(descriptor(b, depth)), "r"(1));
}

#undef QUAD

#endif

/** One factor's part of a tile on its way: EXTENT rows, DEPTH of the sum. What lies outside is 0. */
template <int EXTENT>
__device__ __forceinline__ void copy(unsigned char* tile, const stored_bf16* from, int ld, int extent, int start, int k) {
#pragma unroll
  for (int i = 0; i < EXTENT * 8 / THREADS; i++) {
    const int at = i * THREADS + threadIdx.x, row = at / 8, chunk = at % 8, column = start + 8 * chunk;
    const int left = row < extent ? min(k - column, 8) : 0;
    copy16(tile + place(row, chunk), left > 0 ? from + (long long)row * ld + column : from, left > 0 ? 2 * left : 0);
  }
}

}  // namespace hopper

/**
 * c = a · bᵀ + bias, or c += a · bᵀ: a [m, k] and b [n, k] in bfloat16, rows at multiples of 16 bytes. A block makes 128 x 256, each
 * of two warpgroups 64 x 256. Every element is the chain of steps of 16 that narrow.cu makes.
 */
extern "C" __global__ void __launch_bounds__(hopper::THREADS, 1) product_nt_bf16_wgmma(const stored_bf16* __restrict__ a, int lda,
    const stored_bf16* __restrict__ b, int ldb, const float* __restrict__ bias, float* __restrict__ c, int ldc, int m, int n, int k, int add) {
  using namespace hopper;
  extern __shared__ float4 wgmma_memory[];
  unsigned char* const memory = (unsigned char*)wgmma_memory;
#ifdef SIMT_EMULATION
  unsigned char* const ring = memory;
#else
  unsigned char* const ring = memory + (-(unsigned)__cvta_generic_to_shared(memory) & ATOM - 1);
#endif
  // Blocks one after the other go down the rows of the result, so that they read the same columns' factor.
  const int down = (m + HEIGHT - 1) / HEIGHT, row = blockIdx.x % down * HEIGHT, column = blockIdx.x / down * WIDTH;
  a += (long long)row * lda;
  b += (long long)column * ldb;
  auto load = [&](int step) {
    const int start = step * DEPTH;
    if (start < k) {
      unsigned char* const tile = ring + step % STAGES * TILE;
      copy<HEIGHT>(tile, a, lda, m - row, start, k);
      copy<WIDTH>(tile + LEFT, b, ldb, n - column, start, k);
    }
    copies_commit();
  };
  load(0);
  load(1);
  const int group = threadIdx.x >> 7, warp = threadIdx.x >> 5 & 3, lane = threadIdx.x & 31;
  const int y = row + GROUP_ROWS * group + 16 * warp + (lane >> 2), x = column + 2 * (lane & 3);
  float sum[WIDTH / 8][4];
#pragma unroll
  for (int j = 0; j < WIDTH / 8; j++)
#pragma unroll
    for (int e = 0; e < 4; e++) {
      const int r = y + (e >> 1) * 8, s = x + 8 * j + (e & 1);
      sum[j][e] = add && r < m && s < n ? c[(long long)r * ldc + s] : 0.f;
    }
  const unsigned char *left, *right;
  auto arrive = [&](int step) {
    copies_wait<1>();
    fence_copies();
    __syncthreads();
    // All have waited for the products before the last ones: their tile is free.
    load(step + 2);
    right = ring + step % STAGES * TILE + LEFT;
    left = right - LEFT + group * GROUP_ROWS * ROW;
  };
  const int whole = k / DEPTH;
  if (whole > 0) {  // products are waited for within: where ways meet, registers are moved
    int step = 0;
    do {
      arrive(step);
      begin_products(sum);
#pragma unroll
      for (int depth = 0; depth < DEPTH; depth += STEP) multiply(sum, left, right, depth);
      end_products();
      wait_products<1>(sum);
    } while (++step < whole);
    wait_products<0>(sum);
  }
  if (whole * DEPTH < k) {
    arrive(whole);
    for (int depth = 0; depth < k - whole * DEPTH; depth += STEP) {  // no step beyond the depth
      begin_products(sum);
      multiply(sum, left, right, depth);
      end_products();
      wait_products<0>(sum);
    }
  }
#pragma unroll
  for (int j = 0; j < WIDTH / 8; j++)
#pragma unroll
    for (int e = 0; e < 4; e++) {
      const int r = y + (e >> 1) * 8, s = x + 8 * j + (e & 1);
      if (r < m && s < n) c[(long long)r * ldc + s] = bias ? sum[j][e] + bias[s] : sum[j][e];
    }
}

__device__ __forceinline__ float value(float x) {
  return x;
}

__device__ __forceinline__ float value(stored_bf16 x) {
  return widen(x);
}

/** y = xᵀ in bfloat16: y [columns, ldy], what fills up its rows to a multiple of 8 is 0. A block turns 32 x 32. */
template <class T>
__device__ __forceinline__ void turn(const T* x, int ldx, stored_bf16* y, int ldy, int rows, int columns, float (*tile)[33]) {
  const int across = (columns + 31) / 32, row = blockIdx.x / across * 32, column = blockIdx.x % across * 32;
  const int lane = threadIdx.x & 31, line = threadIdx.x >> 5;
  for (int i = line; i < 32; i += 8) {
    const bool there = row + i < rows && column + lane < columns;
    tile[i][lane] = there ? value(x[(long long)(row + i) * ldx + column + lane]) : 0.f;
  }
  __syncthreads();
  for (int i = line; i < 32; i += 8) {
    if (column + i < columns && row + lane < ldy) y[(long long)(column + i) * ldy + row + lane] = (stored_bf16)(pack_bf16(tile[lane][i], 0.f) & 0xffff);
  }
}

extern "C" __global__ void __launch_bounds__(256) turn_rows(const float* __restrict__ x, int ldx, stored_bf16* __restrict__ y, int ldy, int rows,
    int columns) {
  __shared__ float tile[32][33];
  turn(x, ldx, y, ldy, rows, columns, tile);
}

extern "C" __global__ void __launch_bounds__(256) turn_stored_rows(const stored_bf16* __restrict__ x, int ldx, stored_bf16* __restrict__ y, int ldy,
    int rows, int columns) {
  __shared__ float tile[32][33];
  turn(x, ldx, y, ldy, rows, columns, tile);
}
