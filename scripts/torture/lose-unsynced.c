/* Keeps beside every file of a folder what of it has been synced: what a power cut would leave.
 *
 * Preloaded into a process (LD_PRELOAD), with CUT_FOLDER = the folder and CUT_KEEP = where to keep. After every successful
 * fsync or fdatasync of a file in the folder, its content is copied to CUT_KEEP under the same name, before the call
 * returns. Killing the process and putting CUT_KEEP in place of CUT_FOLDER loses every byte that was not synced.
 * CUT_LIE = end of a name: syncs of such files are not carried out, as on a disk that lies. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;

static int ends_with(const char *text, const char *end) {
  size_t n = strlen(text), m = strlen(end);
  return n >= m && strcmp(text + n - m, end) == 0;
}

static void keep(int fd) {
  const char *folder = getenv("CUT_FOLDER"), *kept = getenv("CUT_KEEP"), *lie = getenv("CUT_LIE");
  char link[64], path[PATH_MAX], to[PATH_MAX], made[PATH_MAX];
  struct stat info;
  if (!folder || !kept || fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) return;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return;
  path[length] = 0;
  size_t skip = strlen(folder);
  if (strncmp(path, folder, skip) != 0 || path[skip] != '/' || strchr(path + skip + 1, '/')) return;
  if (lie && *lie && ends_with(path, lie)) return;
  if (snprintf(to, sizeof to, "%s%s", kept, path + skip) >= (int)sizeof to) return;
  if (snprintf(made, sizeof made, "%s.making", to) >= (int)sizeof made) return;
  pthread_mutex_lock(&one_at_a_time);
  /* Read through the descriptor at hand: closing another one of the file would drop the locks this process has on it. */
  int out = open(made, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), sound = out >= 0;
  static char block[1 << 16];
  ssize_t got = 0;
  for (off_t at = 0; sound && (got = pread(fd, block, sizeof block, at)) > 0; at += got)
    sound = write(out, block, (size_t)got) == got;
  if (out >= 0) close(out);
  if (!sound || got < 0 || rename(made, to) != 0) abort();
  pthread_mutex_unlock(&one_at_a_time);
}

int fsync(int fd) {
  int result = ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(fd);
  if (result == 0) keep(fd);
  return result;
}

int fdatasync(int fd) {
  int result = ((int (*)(int))dlsym(RTLD_NEXT, "fdatasync"))(fd);
  if (result == 0) keep(fd);
  return result;
}
