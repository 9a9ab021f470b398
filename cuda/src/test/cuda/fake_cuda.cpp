// A libcuda.so.1 for tests: the entry points that the engine calls. Kernels are run by simt.cpp. Work is done when it is waited for,
// so that who uses memory too soon is found out.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <sstream>
#include "simt_run.h"

namespace {
enum Status { OK = 0, INVALID_VALUE = 1, OUT_OF_MEMORY = 2, NO_DEVICE = 100, INVALID_DEVICE = 101, INVALID_IMAGE = 200, INVALID_CONTEXT = 201,
  INVALID_PTX = 218, UNSUPPORTED_PTX = 222, INVALID_HANDLE = 400, NOT_FOUND = 500, ILLEGAL_ADDRESS = 700, LAUNCH_OUT_OF_RESOURCES = 701,
  LAUNCH_FAILED = 719, NOT_SUPPORTED = 801, CAPTURE_UNSUPPORTED = 900, CAPTURE_INVALIDATED = 901 };
constexpr unsigned POISON = 0x7fc0dead;  // a NaN
constexpr size_t ZONE = 256, QUARANTINE = 64 << 20;
/** Bytes a block may have: what a GPU of 8.6, 8.9 or 12.0 has, or Hopper, whose own kernels end with _wgmma. */
int most_shared(const std::string& kernel) { return (kernel.size() > 6 && kernel.compare(kernel.size() - 6, 6, "_wgmma") == 0 ? 227 : 99) << 10; }

/** What it pretends to be; FAKE_CUDA and fake_cuda_configure say otherwise, as "capability=75,memory=1000000". */
struct Settings {
  std::map<std::string, long long> values = {{"devices", 1}, {"driver", 13000}, {"capability", 90}, {"memory", 4ll << 30}, {"pools", 1},
      {"init", 0}, {"context", 0}, {"allocation", 0}, {"launch", 0}, {"module", 0}};
  long long operator[](const char* name) const { return values.at(name); }
  bool read(const char* text) {
    std::stringstream in(text);
    for (std::string item; std::getline(in, item, ',');) {
      const size_t is = item.find('=');
      if (is == std::string::npos || !values.count(item.substr(0, is))) {
        fprintf(stderr, "FAKE_CUDA: %s is no setting\n", item.c_str());
        return false;
      }
      values[item.substr(0, is)] = atoll(item.c_str() + is + 1);
    }
    return true;
  }
};

struct Allocation { size_t bytes; bool host; };
struct Freed { uintptr_t at; size_t bytes; };
using Work = std::function<int()>;
struct Graph { std::vector<Work> works; };
struct Stream { std::deque<Work> works; std::shared_ptr<Graph> capture; bool invalidated = false; };
struct Event { std::chrono::steady_clock::time_point at; bool done = true; };
struct Module { std::string image; bool text; };
struct Function { const simt::Kernel* kernel; int dynamic = 48 << 10; };

std::recursive_mutex mutex;
Settings settings;
std::map<uintptr_t, Allocation> allocations;
std::deque<Freed> freed;
size_t used, quarantined;
std::set<Stream*> streams;
std::map<std::string, long long> counts;
int broken;  // what a kernel did is remembered as a driver does
std::string message;
long long allocation_countdown, launch_countdown;
bool started;
int users;

int failed(int status, const std::string& why) {
  message = why;
  return status;
}

int fatal(int status, const std::string& why) {
  broken = status;
  return failed(status, why);
}

void poison(uintptr_t at, size_t bytes) {
  unsigned* words = (unsigned*)at;
  for (size_t i = 0; i < bytes / 4; i++) words[i] = POISON;
}

bool poisoned(uintptr_t at, size_t bytes) {
  const unsigned* words = (const unsigned*)at;
  unsigned different = 0;
  for (size_t i = 0; i < bytes / 4; i++) different |= words[i] ^ POISON;
  return !different;
}

size_t rounded(size_t bytes) { return (bytes + ZONE - 1) / ZONE * ZONE; }

/** The allocation that holds the range; its end is a place too, for nothing. */
bool inside(uintptr_t at, size_t bytes, bool host = false) {
  auto next = allocations.upper_bound(at);
  if (next == allocations.begin()) return false;
  --next;
  return next->second.host == host && at + bytes <= next->first + next->second.bytes;
}

int allocate(uintptr_t* at, size_t bytes, bool host) {
  if (!bytes) return failed(INVALID_VALUE, "an allocation of nothing");
  if (!host) {
    if (allocation_countdown && !--allocation_countdown) return failed(OUT_OF_MEMORY, "as was asked for");
    if (used + rounded(bytes) > (size_t)settings["memory"]) return failed(OUT_OF_MEMORY, "the memory is used up");
    used += rounded(bytes);
    counts["allocations"]++;
  }
  const size_t whole = rounded(bytes) + 2 * ZONE;
  uintptr_t start = (uintptr_t)aligned_alloc(ZONE, whole);
  if (!start) return failed(OUT_OF_MEMORY, "the computer's memory is used up");
  poison(start, whole);
  *at = start + ZONE;
  allocations[*at] = {bytes, host};
  return OK;
}

/** Whether a kernel wrote around an allocation. What is after its last word belongs to the zone. */
bool intact(uintptr_t at, size_t bytes) {
  const size_t words = (bytes + 3) / 4 * 4;
  return poisoned(at - ZONE, ZONE) && poisoned(at + words, rounded(bytes) + ZONE - words);
}

std::string address(uintptr_t at) {
  char text[40];
  snprintf(text, sizeof text, "0x%lx", (unsigned long)at);
  return text;
}

/** Told once. */
int wrote_beside(uintptr_t at, size_t bytes) {
  const size_t words = (bytes + 3) / 4 * 4;
  poison(at - ZONE, ZONE);
  poison(at + words, rounded(bytes) + ZONE - words);
  return fatal(ILLEGAL_ADDRESS, "a kernel wrote beside the " + std::to_string(bytes) + " bytes at " + address(at));
}

int wrote_late(const Freed& f) {
  poison(f.at, rounded(f.bytes));
  return fatal(ILLEGAL_ADDRESS, "a kernel wrote to the freed memory at " + address(f.at));
}

int check_zones() {
  for (auto& a : allocations)
    if (!a.second.host && !intact(a.first, a.second.bytes)) return wrote_beside(a.first, a.second.bytes);
  for (auto& f : freed)
    if (!poisoned(f.at, rounded(f.bytes))) return wrote_late(f);
  return OK;
}

int release(uintptr_t at, size_t bytes) {
  if (!intact(at, bytes)) return wrote_beside(at, bytes);
  poison(at, rounded(bytes));
  freed.push_back({at, bytes});
  quarantined += bytes;
  while (quarantined > QUARANTINE) {
    Freed oldest = freed.front();
    freed.pop_front();
    quarantined -= oldest.bytes;
    const bool quiet = poisoned(oldest.at, rounded(oldest.bytes));
    free((void*)(oldest.at - ZONE));
    if (!quiet) return fatal(ILLEGAL_ADDRESS, "a kernel wrote to the freed memory at " + address(oldest.at));
  }
  return OK;
}

int finish(Stream* stream) {
  while (!broken && !stream->works.empty()) {
    Work work = std::move(stream->works.front());
    stream->works.pop_front();
    work();
  }
  stream->works.clear();
  return broken;
}

int finish_all() {
  for (Stream* stream : streams)
    if (finish(stream)) break;
  return broken ? broken : check_zones();
}

/** Later, or recorded. Much is not kept waiting for long. */
int enqueue(Stream* stream, Work work) {
  if (broken) return broken;
  if (!streams.count(stream)) return failed(INVALID_HANDLE, "no stream");
  if (stream->capture) {
    stream->capture->works.push_back(std::move(work));
  } else {
    stream->works.push_back(std::move(work));
    if (stream->works.size() > 1000) return finish(stream);
  }
  return OK;
}

/** Waiting breaks a recording. */
int capturing() {
  for (Stream* stream : streams)
    if (stream->capture) {
      stream->invalidated = true;
      return failed(CAPTURE_UNSUPPORTED, "this cannot be recorded");
    }
  return OK;
}

int move(uintptr_t to, uintptr_t from, size_t bytes) {
  if (!inside(to, bytes) || !inside(from, bytes)) return fatal(ILLEGAL_ADDRESS, "a copy of " + std::to_string(bytes) + " bytes goes beyond an allocation");
  if (to < from + bytes && from < to + bytes) return fatal(ILLEGAL_ADDRESS, "a copy onto itself");
  memcpy((void*)to, (void*)from, bytes);
  return OK;
}

/** A pointer that a kernel is given lies in memory that there is. */
int check_arguments(const simt::Launch& launch) {
  for (size_t i = 0; i < launch.slots.size(); i++)
    if (launch.kernel->parameters[i].pointer && launch.slots[i] && !inside(launch.slots[i], 0))
      return fatal(ILLEGAL_ADDRESS, std::string(launch.kernel->name) + ": argument " + std::to_string(i) + " (" + address(launch.slots[i])
          + ") is no memory of the device, or freed");
  return OK;
}

/** Bytes of a cubin: its section headers are last. */
size_t elf_size(const unsigned char* image) {
  uint64_t at;
  uint16_t size, count;
  memcpy(&at, image + 0x28, 8);
  memcpy(&size, image + 0x3a, 2);
  memcpy(&count, image + 0x3c, 2);
  uint64_t programs;
  uint16_t program_size, program_count;
  memcpy(&programs, image + 0x20, 8);
  memcpy(&program_size, image + 0x36, 2);
  memcpy(&program_count, image + 0x38, 2);
  return std::max<size_t>(at + (size_t)size * count, programs + (size_t)program_size * program_count);
}

const std::map<int, const char*> NAMES = {{1, "CUDA_ERROR_INVALID_VALUE"}, {2, "CUDA_ERROR_OUT_OF_MEMORY"}, {100, "CUDA_ERROR_NO_DEVICE"},
    {101, "CUDA_ERROR_INVALID_DEVICE"}, {200, "CUDA_ERROR_INVALID_IMAGE"}, {201, "CUDA_ERROR_INVALID_CONTEXT"}, {218, "CUDA_ERROR_INVALID_PTX"},
    {222, "CUDA_ERROR_UNSUPPORTED_PTX_VERSION"}, {400, "CUDA_ERROR_INVALID_HANDLE"}, {500, "CUDA_ERROR_NOT_FOUND"},
    {700, "CUDA_ERROR_ILLEGAL_ADDRESS"}, {701, "CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES"}, {719, "CUDA_ERROR_LAUNCH_FAILED"},
    {801, "CUDA_ERROR_NOT_SUPPORTED"}, {802, "CUDA_ERROR_SYSTEM_NOT_READY"}, {900, "CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED"},
    {901, "CUDA_ERROR_STREAM_CAPTURE_INVALIDATED"}, {999, "CUDA_ERROR_UNKNOWN"}};

void start() {
  if (started) return;
  started = true;
  if (const char* text = getenv("FAKE_CUDA")) settings.read(text);
  allocation_countdown = settings["allocation"];
  launch_countdown = settings["launch"];
}

thread_local bool current;
}  // namespace

#define LOCKED std::lock_guard<std::recursive_mutex> lock(mutex); start();
#define IN_CONTEXT LOCKED if (!current) return failed(INVALID_CONTEXT, "no context is current in this thread"); if (broken) return broken;
#define NOT_CAPTURING IN_CONTEXT if (int status = capturing()) return status;

extern "C" {
/** Begins anew as another device; what was allocated stays. 0 if the text is understood. */
int fake_cuda_configure(const char* text) {
  std::lock_guard<std::recursive_mutex> lock(mutex);
  started = true;
  broken = 0;
  message.clear();
  settings = Settings();
  counts.clear();
  const bool understood = settings.read(text);
  allocation_countdown = settings["allocation"];
  launch_countdown = settings["launch"];
  return understood ? 0 : 1;
}

/** How often: allocations, launches, graphs, captures, uploads, downloads; "bytes": what is allocated. */
long long fake_cuda_count(const char* what) {
  std::lock_guard<std::recursive_mutex> lock(mutex);
  return !strcmp(what, "bytes") ? (long long)used : counts[what];
}

int cuDriverGetVersion(int* version) { LOCKED *version = settings["driver"]; return OK; }
int cuInit(unsigned flags) {
  LOCKED
  if (flags) return INVALID_VALUE;
  const char* visible = getenv("CUDA_VISIBLE_DEVICES");
  if (visible && (!*visible || !strcmp(visible, "-1"))) return NO_DEVICE;
  if (settings["init"]) return settings["init"];
  return settings["devices"] ? OK : NO_DEVICE;
}
int cuDeviceGetCount(int* count) { LOCKED *count = settings["devices"]; return OK; }
int cuDeviceGet(int* device, int ordinal) { LOCKED *device = ordinal; return ordinal < settings["devices"] ? OK : INVALID_DEVICE; }
int cuDeviceGetName(char* name, int size, int) { LOCKED snprintf(name, size, "emulated GPU"); return OK; }
int cuDeviceTotalMem_v2(size_t* bytes, int) { LOCKED *bytes = settings["memory"]; return OK; }
int cuDeviceGetAttribute(int* value, int which, int) {
  LOCKED
  switch (which) {
    case 13: *value = 1000000; return OK;
    case 16: *value = 2; return OK;
    case 36: *value = 1000000; return OK;
    case 37: *value = 128; return OK;
    case 75: *value = settings["capability"] / 10; return OK;
    case 76: *value = settings["capability"] % 10; return OK;
    case 97: *value = most_shared(""); return OK;
    case 115: *value = settings["pools"]; return OK;
    default: return failed(INVALID_VALUE, "attribute " + std::to_string(which));
  }
}
int cuDevicePrimaryCtxRetain(void** context, int) {
  LOCKED
  *context = (void*)1;
  if (!settings["context"]) users++;
  return settings["context"];
}
/** The last user's memory goes. */
int cuDevicePrimaryCtxRelease_v2(int) {
  LOCKED
  if (!users) return INVALID_CONTEXT;
  if (--users) return OK;
  for (auto& a : allocations) free((void*)(a.first - ZONE));
  for (auto& f : freed) free((void*)(f.at - ZONE));
  allocations.clear();
  freed.clear();
  used = quarantined = 0;
  return OK;
}
int cuCtxSetCurrent(void* context) { current = context == (void*)1; return current || !context ? OK : INVALID_CONTEXT; }
int cuGetErrorName(int status, const char** name) {
  LOCKED
  static std::string text;  // with what no driver would say
  auto known = NAMES.find(status);
  if (known == NAMES.end()) return *name = nullptr, INVALID_VALUE;
  text = known->second + (message.empty() ? "" : " [" + message + "]");
  *name = text.c_str();
  return OK;
}

int cuMemGetInfo_v2(size_t* free, size_t* total) { IN_CONTEXT *total = settings["memory"]; *free = *total - used; return OK; }
int cuDeviceGetDefaultMemPool(void** pool, int) { IN_CONTEXT if (!settings["pools"]) return NOT_SUPPORTED; *pool = (void*)3; return OK; }
int cuMemPoolSetAttribute(void* pool, int which, void*) { IN_CONTEXT return pool == (void*)3 && which == 4 ? OK : INVALID_VALUE; }
int cuMemPoolGetAttribute(void* pool, int which, uint64_t* value) {
  IN_CONTEXT
  if (pool != (void*)3 || (which != 5 && which != 7)) return INVALID_VALUE;
  *value = used;
  return OK;
}
int cuMemAlloc_v2(uintptr_t* at, size_t bytes) { NOT_CAPTURING return allocate(at, bytes, false); }
int cuMemAllocAsync(uintptr_t* at, size_t bytes, Stream* stream) {
  NOT_CAPTURING
  if (!settings["pools"]) return NOT_SUPPORTED;
  return streams.count(stream) ? allocate(at, bytes, false) : failed(INVALID_HANDLE, "no stream");
}
static int forget(uintptr_t at, bool host, size_t& bytes) {
  auto found = allocations.find(at);
  if (found == allocations.end() || found->second.host != host) return failed(INVALID_VALUE, address(at) + " is freed twice, or was never allocated");
  bytes = found->second.bytes;
  allocations.erase(found);
  if (!host) used -= rounded(bytes);
  return OK;
}
int cuMemFree_v2(uintptr_t at) {
  NOT_CAPTURING
  if (int status = finish_all()) return status;
  size_t bytes;
  if (int status = forget(at, false, bytes)) return status;
  return release(at, bytes);
}
int cuMemFreeAsync(uintptr_t at, Stream* stream) {
  NOT_CAPTURING
  if (!streams.count(stream)) return failed(INVALID_HANDLE, "no stream");
  // Work that was asked for before still has it.
  auto found = allocations.find(at);
  if (found == allocations.end() || found->second.host) return failed(INVALID_VALUE, address(at) + " is freed twice, or was never allocated");
  if (int status = finish(stream)) return status;
  size_t bytes;
  if (int status = forget(at, false, bytes)) return status;
  return release(at, bytes);
}
int cuMemAllocHost_v2(uintptr_t* at, size_t bytes) { IN_CONTEXT return allocate(at, bytes, true); }
int cuMemFreeHost(uintptr_t at) {
  LOCKED
  size_t bytes;
  if (int status = forget(at, true, bytes)) return status;
  free((void*)(at - ZONE));
  return OK;
}

int cuMemcpyHtoDAsync_v2(uintptr_t to, uintptr_t from, size_t bytes, Stream* stream) {
  IN_CONTEXT
  if (!inside(to, bytes)) return failed(INVALID_VALUE, "an upload of " + std::to_string(bytes) + " bytes goes beyond an allocation");
  if (!inside(from, bytes, true)) return failed(INVALID_VALUE, "an upload from memory that is not pinned");
  counts["uploads"]++;
  return enqueue(stream, [=] {
    if (!inside(to, bytes)) return fatal(ILLEGAL_ADDRESS, "an upload to freed memory");
    memcpy((void*)to, (void*)from, bytes);
    return 0;
  });
}
int cuMemcpyDtoHAsync_v2(uintptr_t to, uintptr_t from, size_t bytes, Stream* stream) {
  IN_CONTEXT
  if (!inside(from, bytes)) return failed(INVALID_VALUE, "a download of " + std::to_string(bytes) + " bytes goes beyond an allocation");
  if (!inside(to, bytes, true)) return failed(INVALID_VALUE, "a download to memory that is not pinned");
  counts["downloads"]++;
  return enqueue(stream, [=] {
    if (!inside(from, bytes)) return fatal(ILLEGAL_ADDRESS, "a download of freed memory");
    memcpy((void*)to, (void*)from, bytes);
    return 0;
  });
}
int cuMemcpyDtoDAsync_v2(uintptr_t to, uintptr_t from, size_t bytes, Stream* stream) {
  IN_CONTEXT
  if (!inside(to, bytes) || !inside(from, bytes)) return failed(INVALID_VALUE, "a copy of " + std::to_string(bytes) + " bytes goes beyond an allocation");
  return enqueue(stream, [=] { return move(to, from, bytes); });
}
int cuMemsetD32Async(uintptr_t at, unsigned word, size_t words, Stream* stream) {
  IN_CONTEXT
  if (at % 4 || !inside(at, 4 * words)) return failed(INVALID_VALUE, "a fill of " + std::to_string(words) + " words goes beyond an allocation");
  return enqueue(stream, [=] {
    if (!inside(at, 4 * words)) return fatal(ILLEGAL_ADDRESS, "a fill of freed memory");
    for (size_t i = 0; i < words; i++) ((unsigned*)at)[i] = word;
    return 0;
  });
}

int cuStreamCreate(Stream** stream, unsigned) { IN_CONTEXT streams.insert(*stream = new Stream); return OK; }
int cuStreamDestroy_v2(Stream* stream) {
  LOCKED
  if (!streams.count(stream)) return failed(INVALID_HANDLE, "no stream");
  finish(stream);
  streams.erase(stream);
  delete stream;
  return OK;
}
int cuStreamSynchronize(Stream* stream) {
  NOT_CAPTURING
  if (!streams.count(stream)) return failed(INVALID_HANDLE, "no stream");
  if (int status = finish(stream)) return status;
  return check_zones();
}
int cuStreamBeginCapture_v2(Stream* stream, int) {
  IN_CONTEXT
  if (!streams.count(stream) || stream->capture) return failed(INVALID_VALUE, "a recording has begun");
  stream->capture = std::make_shared<Graph>();
  stream->invalidated = false;
  counts["captures"]++;
  return OK;
}
int cuStreamEndCapture(Stream* stream, Graph** graph) {
  IN_CONTEXT
  if (!streams.count(stream) || !stream->capture) return failed(INVALID_VALUE, "no recording has begun");
  *graph = stream->invalidated ? nullptr : new Graph(*stream->capture);
  stream->capture.reset();
  return *graph ? OK : CAPTURE_INVALIDATED;
}
int cuGraphInstantiateWithFlags(Graph** runnable, Graph* graph, unsigned long long) { IN_CONTEXT *runnable = new Graph(*graph); return OK; }
int cuGraphLaunch(Graph* graph, Stream* stream) {
  IN_CONTEXT
  counts["graphs"]++;
  auto works = std::make_shared<Graph>(*graph);  // it may be destroyed before it has run
  return enqueue(stream, [=] {
    for (auto& work : works->works)
      if (int status = work()) return status;
    return 0;
  });
}
int cuGraphDestroy(Graph* graph) { LOCKED delete graph; return OK; }
int cuGraphExecDestroy(Graph* graph) { LOCKED delete graph; return OK; }

int cuEventCreate(Event** event, unsigned) { IN_CONTEXT *event = new Event; return OK; }
int cuEventDestroy_v2(Event* event) { LOCKED finish_all(); delete event; return OK; }
int cuEventRecord(Event* event, Stream* stream) {
  IN_CONTEXT
  event->done = false;
  return enqueue(stream, [=] {
    event->at = std::chrono::steady_clock::now();
    event->done = true;
    return 0;
  });
}
int cuEventSynchronize(Event* event) {
  NOT_CAPTURING
  return event->done ? OK : finish_all();
}
int cuEventElapsedTime(float* milliseconds, Event* from, Event* to) {
  IN_CONTEXT
  if (!from->done || !to->done) return 600;
  *milliseconds = std::chrono::duration<float, std::milli>(to->at - from->at).count();
  return OK;
}

int cuModuleLoadDataEx(Module** module, const char* image, unsigned options, const int* names, void** values) {
  NOT_CAPTURING
  auto refuse = [&](int status, const char* why) {
    for (unsigned i = 0; i < options; i++)
      if (names[i] == 5) snprintf((char*)values[i], 200, "%s", why);
    return failed(status, "");
  };
  if (settings["module"]) return refuse(settings["module"], "as was asked for");
  const bool elf = !memcmp(image, "\177ELF", 4);
  if (elf) {
    *module = new Module{std::string(image, elf_size((const unsigned char*)image)), false};
  } else {
    if (!strstr(image, ".version")) return refuse(INVALID_PTX, "ptxas fatal: no .version");
    if (!strstr(image, ".target")) return refuse(INVALID_PTX, "ptxas fatal: no .target");
    *module = new Module{image, true};
  }
  return OK;
}
int cuModuleUnload(Module* module) { LOCKED delete module; return OK; }
int cuModuleGetFunction(Function** function, Module* module, const char* name) {
  IN_CONTEXT
  const std::string inside_ptx = std::string(".entry ") + name + "(", inside_cubin = std::string(".text.") + name + '\0';
  if (module->image.find(module->text ? inside_ptx : inside_cubin) == std::string::npos) return failed(NOT_FOUND, "the module has none of this name");
  const simt::Kernel* kernel = simt::find(name);
  if (!kernel) return failed(NOT_FOUND, "the sources that this driver was built from have none of this name");
  *function = new Function{kernel};
  return OK;
}
int cuFuncSetAttribute(Function* function, int which, int value) {
  IN_CONTEXT
  const int most = most_shared(function->kernel->name);
  if (which != 8 || value < 0 || value > most)
    return failed(INVALID_VALUE, std::to_string(value) + " bytes of shared memory, " + std::to_string(most) + " are the most");
  function->dynamic = value;
  return OK;
}
int cuLaunchKernel(Function* function, unsigned x, unsigned y, unsigned z, unsigned threads, unsigned threads_y, unsigned threads_z, unsigned shared,
    Stream* stream, void** arguments, void** extra) {
  IN_CONTEXT
  counts["launches"]++;
  const simt::Kernel* kernel = function->kernel;
  const std::string name = kernel->name;
  if (threads_y != 1 || threads_z != 1 || extra) return failed(INVALID_VALUE, name + ": blocks of one dimension, arguments as pointers");
  if (!x || !y || !z || x > 0x7fffffffu || y > 65535 || z > 65535 || !threads)
    return failed(INVALID_VALUE, name + ": a grid of [" + std::to_string(x) + ", " + std::to_string(y) + ", " + std::to_string(z) + "]");
  if (threads > 1024 || threads > kernel->most_threads)
    return failed(threads > 1024 ? INVALID_VALUE : LAUNCH_OUT_OF_RESOURCES, name + ": " + std::to_string(threads) + " threads");
  if ((int)shared > function->dynamic) return failed(INVALID_VALUE, name + ": " + std::to_string(shared) + " bytes of shared memory were not asked for");
  simt::Launch launch{kernel, x, y, z, threads, shared, {}};
  for (size_t i = 0; i < kernel->parameters.size(); i++) {
    uint64_t slot = 0;
    memcpy(&slot, arguments[i], kernel->parameters[i].bytes);
    launch.slots.push_back(slot);
  }
  return enqueue(stream, [=] {
    if (int status = check_arguments(launch)) return status;
    if (launch_countdown && !--launch_countdown) return fatal(LAUNCH_FAILED, "as was asked for");
    const std::string failure = simt::run(launch);
    return failure.empty() ? 0 : fatal(LAUNCH_FAILED, failure);
  });
}
}
