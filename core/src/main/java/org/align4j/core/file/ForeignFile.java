package org.align4j.core.file;

import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/**
 * Recognises what lies in a model's folder in place of a file: a Git LFS pointer, the page that a
 * server answered, an archive, pickled weights. "Damaged" would be wrong of these, and fetching
 * them again in the same way no remedy.
 */
public final class ForeignFile {

  /** Bytes from the start of a file that are enough to recognise it. */
  public static final int ENOUGH = 1 << 12;

  private static final String DOWNLOAD = "fetch the model with bench/run download";

  private ForeignFile() {}

  /**
   * What a file is and what to do, as the end of the sentence {@code "<file> ..."}; none where
   * nothing is recognised.
   *
   * @param start its first bytes, {@link #ENOUGH} or all
   */
  public static Optional<String> recognise(byte[] start) {
    String text = new String(start, StandardCharsets.ISO_8859_1);
    String head = text.stripLeading().replaceFirst("^\u00ef\u00bb\u00bf\\s*", "");
    String lower = head.substring(0, Math.min(64, head.length())).toLowerCase(Locale.ROOT);
    if (head.isEmpty()) {
      return Optional.of(
          (start.length == 0 ? "is empty" : "holds nothing but blanks")
              + ": its download did not finish; fetch it again");
    }
    if (head.startsWith("version https://git-lfs.github.com/spec/")) {
      return Optional.of(
          "is a Git LFS pointer, not the file itself: run git lfs pull in its folder, or "
              + DOWNLOAD);
    }
    if (lower.startsWith("<!doctype html")
        || lower.startsWith("<html")
        || lower.startsWith("<head")
        || lower.startsWith("<?xml")) {
      return Optional.of(
          "is a web page (HTML or XML), which a server answered in place of the file: " + DOWNLOAD);
    }
    return archive(text).or(() -> otherWeights(start, text)).or(() -> serverText(start, head));
  }

  /** The same of a mapped file. */
  public static Optional<String> recognise(MappedFile file) {
    long length = Math.min(ENOUGH, file.size());
    return recognise(file.slice(0, length, "the start").toArray(ValueLayout.JAVA_BYTE));
  }

  private static Optional<String> archive(String text) {
    if (text.startsWith("PK\u0003\u0004")) {
      return Optional.of(
          text.contains("data.pkl")
              ? pickled("a PyTorch file (pickled tensors in a zip archive)")
              : "is a zip archive: unpack it");
    }
    if (text.startsWith("\u001f\u008b")) {
      return Optional.of("is compressed with gzip: unpack it with gunzip");
    }
    if (text.startsWith("(\u00b5/\u00fd")) {
      return Optional.of("is compressed with zstd: unpack it with zstd -d");
    }
    if (text.startsWith("\u00fd7zXZ")) {
      return Optional.of("is compressed with xz: unpack it with unxz");
    }
    if (text.startsWith("BZh")) {
      return Optional.of("is compressed with bzip2: unpack it with bunzip2");
    }
    if (text.length() > 262 && text.startsWith("ustar", 257)) {
      return Optional.of("is a tar archive: unpack it with tar -xf");
    }
    return Optional.empty();
  }

  private static Optional<String> otherWeights(byte[] start, String text) {
    if (start.length > 2 && start[0] == (byte) 0x80 && start[1] >= 2 && start[1] <= 5) {
      return Optional.of(pickled("a pickled file, as older PyTorch writes weights"));
    }
    if (text.startsWith("GGUF")) {
      return Optional.of("is a GGUF file: give the file itself as the model, not its folder");
    }
    if (text.startsWith("lmgg") || text.startsWith("tjgg") || text.startsWith("fmgg")) {
      return Optional.of("is a GGML file of before GGUF: take the model as GGUF or safetensors");
    }
    if (text.startsWith("\u0089HDF")) {
      return Optional.of("is an HDF5 file (Keras): take the model's weights as safetensors");
    }
    if (text.startsWith("\u0093NUMPY")) {
      return Optional.of("is a NumPy array: take the model's weights as safetensors");
    }
    boolean safetensors = start.length > 9 && text.startsWith("{\"", 8) && start[7] == 0;
    return safetensors
        ? Optional.of(
            "is a safetensors file: give the folder with it and its config.json as the model")
        : Optional.empty();
  }

  private static String pickled(String what) {
    return "is "
        + what
        + ": such files can run code and are not read; convert it to safetensors (transformers:"
        + " from_pretrained(...).save_pretrained(FOLDER))";
  }

  /** A short text that is no JSON object, or one that tells of an error. */
  private static Optional<String> serverText(byte[] start, String head) {
    if (start.length < 8 || start.length >= ENOUGH || !isText(start)) {
      return Optional.empty();
    }
    boolean object = head.startsWith("{");
    boolean error = head.matches("(?s)\\{\\s*\"(error|message|detail|errors)\".*");
    return object && !error
        ? Optional.empty()
        : Optional.of(
            "holds the text "
                + BadFileException.quote(new String(start, StandardCharsets.UTF_8).strip())
                + ", which a server answered in place of the file: "
                + DOWNLOAD);
  }

  private static boolean isText(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8)
        .chars()
        .noneMatch(c -> c == '\uFFFD' || (c < ' ' && c != '\n' && c != '\r' && c != '\t'));
  }
}
