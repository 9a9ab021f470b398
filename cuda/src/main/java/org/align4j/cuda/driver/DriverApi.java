package org.align4j.cuda.driver;

/**
 * The functions that a device calls, found once: a driver that lacks one is refused at the start.
 */
final class DriverApi {

  final DriverLibrary library;
  final Entry ctxSetCurrent;
  final Entry primaryCtxRetain;
  final Entry primaryCtxRelease;
  final Entry memGetInfo;
  final Entry defaultMemPool;
  final Entry memPoolSet;
  final Entry memPoolGet;
  final Entry memAllocAsync;
  final Entry memFreeAsync;
  final Entry memAlloc;
  final Entry memFree;
  final Entry memAllocHost;
  final Entry memFreeHost;
  final Entry copyToDevice;
  final Entry copyToHost;
  final Entry copyWithin;
  final Entry setWords;
  final Entry streamCreate;
  final Entry streamDestroy;
  final Entry streamSynchronize;
  final Entry beginCapture;
  final Entry endCapture;
  final Entry graphInstantiate;
  final Entry graphLaunch;
  final Entry graphDestroy;
  final Entry graphExecDestroy;
  final Entry eventCreate;
  final Entry eventRecord;
  final Entry eventSynchronize;
  final Entry eventElapsed;
  final Entry eventDestroy;
  final Entry moduleLoad;
  final Entry moduleUnload;
  final Entry moduleFunction;
  final Entry functionSet;
  final Entry launch;

  DriverApi(DriverLibrary library) {
    this.library = library;
    ctxSetCurrent = library.entry("cuCtxSetCurrent");
    primaryCtxRetain = library.entry("cuDevicePrimaryCtxRetain");
    primaryCtxRelease = library.entry("cuDevicePrimaryCtxRelease_v2");
    memGetInfo = library.entry("cuMemGetInfo_v2");
    defaultMemPool = library.entry("cuDeviceGetDefaultMemPool");
    memPoolSet = library.entry("cuMemPoolSetAttribute");
    memPoolGet = library.entry("cuMemPoolGetAttribute");
    memAllocAsync = library.entry("cuMemAllocAsync");
    memFreeAsync = library.entry("cuMemFreeAsync");
    memAlloc = library.entry("cuMemAlloc_v2");
    memFree = library.entry("cuMemFree_v2");
    memAllocHost = library.entry("cuMemAllocHost_v2");
    memFreeHost = library.entry("cuMemFreeHost");
    copyToDevice = library.entry("cuMemcpyHtoDAsync_v2");
    copyToHost = library.entry("cuMemcpyDtoHAsync_v2");
    copyWithin = library.entry("cuMemcpyDtoDAsync_v2");
    setWords = library.entry("cuMemsetD32Async");
    streamCreate = library.entry("cuStreamCreate");
    streamDestroy = library.entry("cuStreamDestroy_v2");
    streamSynchronize = library.entry("cuStreamSynchronize");
    beginCapture = library.entry("cuStreamBeginCapture_v2");
    endCapture = library.entry("cuStreamEndCapture");
    graphInstantiate = library.entry("cuGraphInstantiateWithFlags");
    graphLaunch = library.entry("cuGraphLaunch");
    graphDestroy = library.entry("cuGraphDestroy");
    graphExecDestroy = library.entry("cuGraphExecDestroy");
    eventCreate = library.entry("cuEventCreate");
    eventRecord = library.entry("cuEventRecord");
    eventSynchronize = library.entry("cuEventSynchronize");
    eventElapsed = library.entry("cuEventElapsedTime");
    eventDestroy = library.entry("cuEventDestroy_v2");
    moduleLoad = library.entry("cuModuleLoadDataEx");
    moduleUnload = library.entry("cuModuleUnload");
    moduleFunction = library.entry("cuModuleGetFunction");
    functionSet = library.entry("cuFuncSetAttribute");
    launch = library.entry("cuLaunchKernel");
  }
}
