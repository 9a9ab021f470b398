package org.align4j.algorithms.data;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Tells from its first bytes what a file is that is no JSON lines. */
final class FileKind {

  private static final String NEEDED = "JSON lines are needed, one object a line";

  private FileKind() {}

  /** What is wrong with a file and what to do, or nothing. */
  static String complaint(byte[] head, String name) {
    if (startsWith(head, 0xff, 0xfe, 0, 0)
        || startsWith(head, 0, 0, 0xfe, 0xff)
        || startsWith(head, '{', 0, 0, 0)
        || startsWith(head, 0, 0, 0, '{')) {
      return "it is UTF-32: save it as UTF-8";
    }
    if (startsWith(head, 0xff, 0xfe) || startsWith(head, 0xfe, 0xff) || hasZeros(head)) {
      return "it is UTF-16: save it as UTF-8";
    }
    if (startsWith(head, 'P', 'K', 3, 4)) {
      return "it is a zip archive: unzip it first";
    }
    if (startsWith(head, 0x28, 0xb5, 0x2f, 0xfd)) {
      return "it is compressed (zstd): decompress it first, or use gzip";
    }
    if (startsWith(head, 'B', 'Z', 'h')) {
      return "it is compressed (bzip2): decompress it first, or use gzip";
    }
    if (startsWith(head, 0xfd, '7', 'z', 'X', 'Z')) {
      return "it is compressed (xz): decompress it first, or use gzip";
    }
    if (startsWith(head, 'P', 'A', 'R', '1')) {
      return "it is a Parquet file: "
          + NEEDED
          + " (in Python: datasets.Dataset.from_parquet(FILE).to_json(\"data.jsonl\"))";
    }
    if (startsWith(head, 'A', 'R', 'R', 'O', 'W', '1')) {
      return "it is an Arrow file: " + NEEDED;
    }
    return textComplaint(new String(head, StandardCharsets.UTF_8).strip(), name);
  }

  private static String textComplaint(String text, String name) {
    String lower = text.toLowerCase(Locale.ROOT);
    if (text.startsWith("version https://git-lfs")) {
      return "it is a Git LFS pointer, not the data: fetch them with git lfs pull";
    }
    if (lower.startsWith("<!doctype") || lower.startsWith("<html") || lower.startsWith("<?xml")) {
      return "it is a web page, not data: look at it, and fetch the file itself";
    }
    String file = name.toLowerCase(Locale.ROOT);
    boolean json = text.startsWith("{") || text.startsWith("[") || text.startsWith("\ufeff");
    if (!json && (file.endsWith(".csv") || file.endsWith(".tsv"))) {
      return "it is a table (CSV): " + NEEDED;
    }
    return "";
  }

  /** Every second byte is 0 in the UTF-16 of Latin text. */
  private static boolean hasZeros(byte[] head) {
    return head.length >= 4
        && (head[0] == 0) != (head[1] == 0)
        && (head[0] == 0) == (head[2] == 0)
        && (head[1] == 0) == (head[3] == 0);
  }

  static boolean startsWith(byte[] head, int... magic) {
    if (head.length < magic.length) {
      return false;
    }
    for (int i = 0; i < magic.length; i++) {
      if ((head[i] & 0xff) != magic[i]) {
        return false;
      }
    }
    return true;
  }
}
