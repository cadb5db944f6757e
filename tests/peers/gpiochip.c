/* /dev/gpiochip0 for one process: preloaded, it answers what the real lgpio library asks of a
 * kernel (GPIO character device, version 2 of its interface; include/uapi/linux/gpio.h).
 *
 * The world outside the chip is in the same process: chip_drive() puts a level on a line from
 * outside, chip_level() measures it, chip_changes() counts what an output did.  chip_refuse()
 * makes the next opens fail, chip_hold() gives a line to somebody else.
 *
 * It also grants EVIOCGRAB, for keyboard_scanner: to one open file at a time.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/gpio.h>
#include <linux/input.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define LINES 54
#define FILES 1024

static struct {
    int driven, outside, output, level, pulled_up, held, changes;
    __u64 flags;
} line[LINES];

static struct {
    int count;
    unsigned offset[GPIO_V2_LINES_MAX];
} request[FILES];

static int chip = -1, opened, refusal, grabber = -1;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static int level(unsigned i)
{
    if (line[i].output)
        return line[i].level;
    return line[i].driven ? line[i].outside : line[i].pulled_up;
}

void chip_drive(unsigned i, int value) { line[i].driven = 1; line[i].outside = value; }
void chip_hold(unsigned i, int held) { line[i].held = held; }
void chip_refuse(int error) { refusal = error; }
int chip_level(unsigned i) { return level(i); }
int chip_claimed(unsigned i) { return line[i].flags & GPIO_V2_LINE_FLAG_USED ? 1 : 0; }
int chip_changes(unsigned i) { return line[i].changes; }
int chip_opened(void) { return opened; }

static void put(unsigned i, int value)
{
    line[i].changes += line[i].level != value;
    line[i].level = value;
}

static void configure(unsigned i, __u64 flags)
{
    line[i].flags = flags | GPIO_V2_LINE_FLAG_USED;
    line[i].output = !!(flags & GPIO_V2_LINE_FLAG_OUTPUT);
    line[i].pulled_up = !!(flags & GPIO_V2_LINE_FLAG_BIAS_PULL_UP);
}

static int get_line(struct gpio_v2_line_request *wanted)
{
    for (unsigned k = 0; k < wanted->num_lines; k++) {
        unsigned i = wanted->offsets[k];
        if (line[i].held || line[i].flags & GPIO_V2_LINE_FLAG_USED) {
            errno = EBUSY;
            return -1;
        }
    }
    int fd = wanted->fd = fcntl(chip, F_DUPFD_CLOEXEC, 0);
    request[fd].count = wanted->num_lines;
    memcpy(request[fd].offset, wanted->offsets, sizeof wanted->offsets);
    for (unsigned k = 0; k < wanted->num_lines; k++) {
        configure(wanted->offsets[k], wanted->config.flags);
        for (unsigned a = 0; a < wanted->config.num_attrs; a++) {
            struct gpio_v2_line_config_attribute *one = &wanted->config.attrs[a];
            if (one->attr.id == GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES && one->mask >> k & 1)
                put(wanted->offsets[k], one->attr.values >> k & 1);
        }
    }
    return 0;
}

static int on_chip(unsigned long asked, void *argument)
{
    switch (asked) {
    case GPIO_GET_CHIPINFO_IOCTL: {
        struct gpiochip_info *info = argument;
        *info = (struct gpiochip_info){ .name = "gpiochip0", .label = "peer", .lines = LINES };
        return 0;
    }
    case GPIO_V2_GET_LINEINFO_IOCTL: {
        struct gpio_v2_line_info *info = argument;
        if (info->offset >= LINES) {
            errno = EINVAL;
            return -1;
        }
        info->flags = line[info->offset].flags;
        return 0;
    }
    case GPIO_V2_GET_LINE_IOCTL:
        return get_line(argument);
    }
    errno = ENOTTY;
    return -1;
}

static int on_lines(int fd, unsigned long asked, void *argument)
{
    switch (asked) {
    case GPIO_V2_LINE_SET_CONFIG_IOCTL:
        for (int k = 0; k < request[fd].count; k++)
            configure(request[fd].offset[k], ((struct gpio_v2_line_config *)argument)->flags);
        return 0;
    case GPIO_V2_LINE_GET_VALUES_IOCTL: {
        struct gpio_v2_line_values *values = argument;
        values->bits = 0;
        for (int k = 0; k < request[fd].count; k++)
            values->bits |= (__u64)level(request[fd].offset[k]) << k & values->mask;
        return 0;
    }
    case GPIO_V2_LINE_SET_VALUES_IOCTL: {
        struct gpio_v2_line_values *values = argument;
        for (int k = 0; k < request[fd].count; k++)
            if (values->mask >> k & 1)
                put(request[fd].offset[k], values->bits >> k & 1);
        return 0;
    }
    }
    errno = ENOTTY;
    return -1;
}

int open(const char *path, int flags, ...)
{
    static int (*real)(const char *, int, ...);
    va_list more;
    va_start(more, flags);
    int mode = va_arg(more, int);
    va_end(more);
    if (!real)
        real = dlsym(RTLD_NEXT, "open");
    if (strcmp(path, "/dev/gpiochip0"))
        return real(path, flags, mode);
    if (refusal) {
        errno = refusal;
        return -1;
    }
    opened++;
    return chip = real("/dev/null", O_RDWR | O_CLOEXEC);
}

int close(int fd)
{
    static int (*real)(int);
    if (!real)
        real = dlsym(RTLD_NEXT, "close");
    pthread_mutex_lock(&mutex);
    if (fd == grabber)
        grabber = -1;
    if (fd >= 0 && fd < FILES) {
        for (int k = 0; k < request[fd].count; k++)
            line[request[fd].offset[k]].flags = 0;
        request[fd].count = 0;
    }
    pthread_mutex_unlock(&mutex);
    return real(fd);
}

int ioctl(int fd, unsigned long asked, ...)
{
    static int (*real)(int, unsigned long, ...);
    va_list more;
    va_start(more, asked);
    void *argument = va_arg(more, void *);
    va_end(more);
    if (!real)
        real = dlsym(RTLD_NEXT, "ioctl");
    if ((unsigned)asked == EVIOCGRAB) {
        int busy = grabber >= 0;
        if (!busy)
            grabber = fd;
        errno = EBUSY;
        return busy ? -1 : 0;
    }
    int lines = fd >= 0 && fd < FILES && request[fd].count;
    if (!lines && (fd < 0 || fd != chip))
        return real(fd, asked, argument);
    pthread_mutex_lock(&mutex);
    int answer = lines ? on_lines(fd, asked, argument) : on_chip(asked, argument);
    pthread_mutex_unlock(&mutex);
    return answer;
}
