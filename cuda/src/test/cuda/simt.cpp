// Fibres, barriers and blocks: see simt.h.
#include <sys/mman.h>
#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <thread>
#include "simt_run.h"
// After the library's own headers, whose attributes have names that CUDA takes.
#include "simt.h"

extern "C" void simt_switch(void** save, void* load) __attribute__((visibility("hidden")));
asm(R"(
.text
.globl simt_switch
.hidden simt_switch
.type simt_switch,@function
simt_switch:
  push %rbp
  push %rbx
  push %r12
  push %r13
  push %r14
  push %r15
  mov %rsp,(%rdi)
  mov %rsi,%rsp
  pop %r15
  pop %r14
  pop %r13
  pop %r12
  pop %rbx
  pop %rbp
  ret
)");

namespace simt {
namespace {
constexpr size_t STACK = 64 << 10;

struct Copy { void* to; const void* from; int bytes; unsigned group; };
struct Lane {
  void* fibre;  // where it waits
  std::vector<Copy> copies;
  unsigned groups;
};

/** Blocks of one launch, which the cores share. */
struct Grid {
  const Launch* launch;
  std::atomic<uint64_t> next{0};
  uint64_t blocks;
  std::mutex mutex;
  std::string failure;
};

struct Core {
  Grid* grid;
  void* outside;
  std::vector<void*> idle;  // fibres that wait for a thread to run
  std::vector<void*> stacks;
  size_t used_stacks = 0;
  Warp warps[32];
  Lane lanes[1024];
  unsigned count, alive, waiting, ready_warps;
  bool reverse = getenv("FAKE_CUDA_ORDER") && !strcmp(getenv("FAKE_CUDA_ORDER"), "reverse");
};
thread_local Core* core;
}  // namespace

thread_local Present present;
Warp& warp() { return core->warps[present.warp]; }

namespace {
void fibre_main();

void* fibre() {
  Core& c = *core;
  if (!c.idle.empty()) {
    void* f = c.idle.back();
    c.idle.pop_back();
    return f;
  }
  if (c.used_stacks == c.stacks.size()) {
    void* stack = mmap(nullptr, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (stack == MAP_FAILED) abort();
    c.stacks.push_back(stack);
  }
  void** top = (void**)((char*)c.stacks[c.used_stacks++] + STACK - 64);
  *--top = nullptr;
  *--top = (void*)fibre_main;
  for (int i = 0; i < 6; i++) *--top = nullptr;
  return top;
}

unsigned pick(unsigned set) { return core->reverse ? 31 - __builtin_clz(set) : __builtin_ctz(set); }

void become(unsigned w, unsigned lane) {
  const unsigned t = w * 32 + lane;
  present.warp = w;
  present.lane = lane;
  present.thread = {t, 0, 0};
}

/** Chooses who goes on; true if it has not begun yet. */
bool choose() {
  Core& c = *core;
  unsigned w = present.warp;
  if (!(c.warps[w].ready | c.warps[w].fresh)) {
    if (!c.ready_warps) fault(c.waiting ? "threads wait at a barrier that others never reach" : "lanes wait for lanes that never come");
    w = pick(c.ready_warps);
  }
  Warp& chosen = c.warps[w];
  const unsigned lane = pick(chosen.ready | chosen.fresh);
  const bool fresh = chosen.fresh >> lane & 1;
  become(w, lane);
  if (fresh) {
    chosen.fresh &= ~(1u << lane);
    chosen.ready |= 1u << lane;
  }
  return fresh;
}

void note(unsigned w) {
  Core& c = *core;
  if (c.warps[w].ready | c.warps[w].fresh) c.ready_warps |= 1u << w; else c.ready_warps &= ~(1u << w);
}

/** This lane cannot go on: others do, until it can. */
void wait() {
  Core& c = *core;
  const unsigned me = present.warp * 32 + present.lane, w = present.warp;
  c.warps[w].ready &= ~(1u << present.lane);
  note(w);
  void* next = choose() ? fibre() : c.lanes[present.warp * 32 + present.lane].fibre;
  simt_switch(&c.lanes[me].fibre, next);
}

void release_block() {
  Core& c = *core;
  c.waiting = 0;
  for (unsigned w = 0; w * 32 < c.count; w++) {
    c.warps[w].ready = c.warps[w].alive & ~c.warps[w].fresh;
    note(w);
  }
}

void drain(Lane& lane, unsigned groups) {
  size_t kept = 0;
  for (auto& copy : lane.copies) {
    if (copy.group < groups) {
      memcpy(copy.to, copy.from, copy.bytes);
      memset((char*)copy.to + copy.bytes, 0, 16 - copy.bytes);
    } else {
      lane.copies[kept++] = copy;
    }
  }
  lane.copies.resize(kept);
}

bool next_block() {
  Core& c = *core;
  Grid& g = *c.grid;
  const uint64_t at = g.next++;
  if (at >= g.blocks) return false;
  const Launch& l = *g.launch;
  present.block = {(unsigned)(at % l.x), (unsigned)(at / l.x % l.y), (unsigned)(at / l.x / l.y)};
  c.count = c.alive = l.threads;
  c.waiting = 0;
  c.ready_warps = 0;
  for (unsigned w = 0; w * 32 < l.threads; w++) {
    const unsigned lanes = l.threads - w * 32;
    Warp& warp = c.warps[w];
    warp.alive = warp.fresh = lanes >= 32 ? ~0u : (1u << lanes) - 1;
    warp.ready = warp.arrived = warp.phase = 0;
    warp.what = Collective::NONE;
    c.ready_warps |= 1u << w;
  }
  if (l.shared) poison_shared(l.shared);
  present.warp = 0;
  choose();
  return true;
}

/** A lane has ended: whoever waits for the others only may go on. */
void ended() {
  Core& c = *core;
  Warp& w = warp();
  Lane& lane = c.lanes[present.warp * 32 + present.lane];
  if (!lane.copies.empty()) drain(lane, ~0u);
  lane.groups = 0;
  w.alive &= ~(1u << present.lane);
  w.ready &= ~(1u << present.lane);
  c.alive--;
  if (w.arrived && !(w.mask & w.alive & ~w.arrived)) {
    if (w.what == Collective::PRODUCT) fault("a lane has ended before a product of its warp");
    release();
  }
  note(present.warp);
  if (c.alive && c.waiting == c.alive) release_block();
}

void fibre_main() {
  Core& c = *core;
  while (true) {
    c.grid->launch->kernel->call(c.grid->launch->slots.data());
    ended();
    if (!c.alive) {
      if (next_block()) continue;
      c.idle.push_back(nullptr);
      simt_switch(&c.idle.back(), c.outside);
    } else if (!choose()) {
      // Another fibre goes on; this one is idle until a thread is to begin.
      const unsigned t = present.warp * 32 + present.lane;
      c.idle.push_back(nullptr);
      simt_switch(&c.idle.back(), c.lanes[t].fibre);
    }
  }
}
}  // namespace

void fault(const char* what) {
  Core& c = *core;
  char text[400];
  snprintf(text, sizeof text, "%s, block [%u, %u, %u], thread %u: %s", c.grid->launch->kernel->name, present.block.x, present.block.y,
      present.block.z, present.thread.x, what);
  {
    std::lock_guard<std::mutex> lock(c.grid->mutex);
    c.grid->failure = text;
  }
  c.grid->next = c.grid->blocks;
  void* lost;
  simt_switch(&lost, c.outside);
  abort();
}

void block_barrier() {
  Core& c = *core;
  if (++c.waiting == c.alive) release_block(); else wait();
}

bool arrive(unsigned mask, Collective what) {
  Warp& w = warp();
  const unsigned bit = 1u << present.lane;
  if (!(mask & bit)) fault("a lane is not in the mask that it gives");
  if (w.arrived && (w.mask != mask || w.what != what)) fault("lanes of a warp wait for different things");
  if (what == Collective::PRODUCT && w.alive != ~0u) fault("a product needs all lanes of a warp");
  w.mask = mask;
  w.what = what;
  w.arrived |= bit;
  if (!(mask & w.alive & ~w.arrived)) return true;
  wait();
  return false;
}

void release() {
  Warp& w = warp();
  w.ready |= w.arrived & w.alive;
  w.arrived = 0;
  w.phase ^= 1;
  w.what = Collective::NONE;
  note(present.warp);
}

// The tensor cores' order of additions is not documented: one chain in double in the depth's order, rounded once.
void multiply(Warp& warp, unsigned phase, int depth) {
  float a[16][16], b[16][8];
  auto* f = warp.fragments[phase];
  for (int lane = 0; lane < 32; lane++) {
    const int group = lane >> 2, quad = lane & 3;
    for (int r = 0; r < 4; r++) {
      const int row = group + (r & 1) * 8;
      if (depth == 16) {
        a[row][quad * 2 + (r >> 1) * 8] = __uint_as_float(f[lane].a[r] << 16);
        a[row][quad * 2 + (r >> 1) * 8 + 1] = __uint_as_float(f[lane].a[r] & 0xffff0000u);
      } else {
        a[row][quad + (r >> 1) * 4] = __uint_as_float(f[lane].a[r] & ~0x1fffu);
      }
    }
    for (int r = 0; r < 2; r++) {
      if (depth == 16) {
        b[quad * 2 + r * 8][group] = __uint_as_float(f[lane].b[r] << 16);
        b[quad * 2 + r * 8 + 1][group] = __uint_as_float(f[lane].b[r] & 0xffff0000u);
      } else {
        b[quad + r * 4][group] = __uint_as_float(f[lane].b[r] & ~0x1fffu);
      }
    }
  }
  for (int row = 0; row < 16; row++) {
    double sums[8];
    auto element = [&](int column) -> float& { return f[(row & 7) * 4 + (column >> 1)].d[(row >> 3) * 2 + (column & 1)]; };
    for (int j = 0; j < 8; j++) sums[j] = element(j);
    for (int k = 0; k < depth; k++)
      for (int j = 0; j < 8; j++) sums[j] += (double)a[row][k] * b[k][j];  // the product is exact
    for (int j = 0; j < 8; j++) element(j) = (float)sums[j];
  }
}

// Copies are made when they are waited for; until then the target reads as NaN.
void copy(void* to, const void* from, int bytes) {
  if (((uintptr_t)to | (uintptr_t)from) & 15) fault("a copy of 16 bytes is not aligned");
  if (bytes < 0 || bytes > 16) fault("a copy of 16 bytes takes more");
  for (int i = 0; i < 4; i++) ((unsigned*)to)[i] = 0x7fc0dead;
  Lane& lane = core->lanes[present.warp * 32 + present.lane];
  lane.copies.push_back({to, from, bytes, lane.groups});
}

void commit_copies() { core->lanes[present.warp * 32 + present.lane].groups++; }

void wait_copies(int pending) {
  Lane& lane = core->lanes[present.warp * 32 + present.lane];
  if (lane.groups >= (unsigned)pending) drain(lane, lane.groups - pending);
}

namespace {
void run_blocks(Grid& grid) {
  if (!core) core = new Core;
  Core& c = *core;
  c.grid = &grid;
  present.threads = {grid.launch->threads, 1, 1};
  present.blocks = {grid.launch->x, grid.launch->y, grid.launch->z};
  if (!next_block()) return;
  simt_switch(&c.outside, fibre());
  if (c.alive) {  // a fault: what its fibres did is lost
    c.idle.clear();
    c.used_stacks = 0;
    for (auto& lane : c.lanes) {
      lane.copies.clear();
      lane.groups = 0;
    }
  }
}

class Cores {
  std::mutex mutex;
  std::condition_variable work, done;
  Grid* grid = nullptr;
  unsigned active = 0, others;
  uint64_t generation = 0;

  void serve() {
    uint64_t seen = 0;
    std::unique_lock<std::mutex> lock(mutex);
    while (true) {
      work.wait(lock, [&] { return generation != seen; });
      seen = generation;
      if (!grid) continue;
      active++;
      Grid* mine = grid;
      lock.unlock();
      run_blocks(*mine);
      lock.lock();
      if (!--active) done.notify_all();
    }
  }

 public:
  Cores() {
    const char* wanted = getenv("FAKE_CUDA_THREADS");
    const int all = wanted ? atoi(wanted) : (int)std::thread::hardware_concurrency();
    others = all > 1 ? all - 1 : 0;
    for (unsigned i = 0; i < others; i++) std::thread([this] { serve(); }).detach();
  }

  void run(Grid& g) {
    // Waking a thread costs some ten microseconds: not for a handful of threads.
    const bool shared = others && g.blocks > 1 && g.blocks * g.launch->threads > 2048;
    if (shared) {
      std::lock_guard<std::mutex> lock(mutex);
      grid = &g;
      generation++;
      work.notify_all();
    }
    run_blocks(g);
    if (shared) {
      std::unique_lock<std::mutex> lock(mutex);
      grid = nullptr;
      done.wait(lock, [&] { return !active; });
    }
  }
};
}  // namespace

static std::map<std::string, const Kernel*>& kernels() {
  static std::map<std::string, const Kernel*> all;
  return all;
}
void add(const Kernel* kernel) { kernels()[kernel->name] = kernel; }
const Kernel* find(const std::string& name) {
  auto found = kernels().find(name);
  return found == kernels().end() ? nullptr : found->second;
}

std::string run(const Launch& launch) {
  static Cores* cores = new Cores;  // never destroyed: its threads wait for ever
  Grid grid;
  grid.launch = &launch;
  grid.blocks = (uint64_t)launch.x * launch.y * launch.z;
  cores->run(grid);
  return grid.failure;
}
}  // namespace simt
