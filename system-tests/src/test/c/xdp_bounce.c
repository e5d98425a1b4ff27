// Sends every frame that arrives at an interface back where it came from: AF_XDP in copy mode, one socket, one queue, two
// swapped addresses. What an engine on AF_XDP can reach at best, scripts/bench measures with it.
//
// Plain system calls, no libbpf, no libxdp. Built by scripts/bench: cc -O2 -o xdp_bounce xdp_bounce.c

#include <errno.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <linux/if_xdp.h>
#include <net/if.h>
#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FRAME_OCTETS 2048
#define RING_ENTRIES 2048
// half for what arrives, half for what is on its way out
#define FRAMES (2 * RING_ENTRIES)
#define BATCH 64
#define ADDRESS_OCTETS 6

// One side of a ring that the kernel and this program share. An index counts on for ever; its low bits are the slot.
struct ring {
    uint32_t *producer;
    uint32_t *consumer;
    uint32_t *flags;
    void *slots;
    uint32_t ours;   // the index that this side writes, before it is published
    uint32_t theirs; // the other side's, as last read
};

static void fail(const char *what) {
    fprintf(stderr, "xdp_bounce: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int checked(int result, const char *what) {
    if (result < 0) {
        fail(what);
    }
    return result;
}

static int bpf(enum bpf_cmd command, union bpf_attr *attributes, const char *what) {
    return checked((int)syscall(SYS_bpf, command, attributes, sizeof *attributes), what);
}

static struct ring map_ring(int fd, struct xdp_ring_offset at, off_t region, size_t slot_octets) {
    size_t octets = at.desc + RING_ENTRIES * slot_octets;
    char *base = mmap(NULL, octets, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, region);
    if (base == MAP_FAILED) {
        fail("mmap of a ring");
    }
    return (struct ring){.producer = (uint32_t *)(base + at.producer),
                         .consumer = (uint32_t *)(base + at.consumer),
                         .flags = (uint32_t *)(base + at.flags),
                         .slots = base + at.desc};
}

// How many slots there are to fill, at least `wanted` if the kernel has emptied as many.
static uint32_t room(struct ring *ring, uint32_t wanted) {
    if (RING_ENTRIES - (ring->ours - ring->theirs) < wanted) {
        ring->theirs = __atomic_load_n(ring->consumer, __ATOMIC_ACQUIRE);
    }
    return RING_ENTRIES - (ring->ours - ring->theirs);
}

static uint32_t filled(struct ring *ring) {
    if (ring->theirs == ring->ours) {
        ring->theirs = __atomic_load_n(ring->producer, __ATOMIC_ACQUIRE);
    }
    return ring->theirs - ring->ours;
}

static uint64_t *address_slot(struct ring *ring, uint32_t index) {
    return (uint64_t *)ring->slots + (index & (RING_ENTRIES - 1));
}

static struct xdp_desc *frame_slot(struct ring *ring, uint32_t index) {
    return (struct xdp_desc *)ring->slots + (index & (RING_ENTRIES - 1));
}

static int create_map(void) {
    union bpf_attr map = {.map_type = BPF_MAP_TYPE_XSKMAP, .key_size = 4, .value_size = 4, .max_entries = 1};
    return bpf(BPF_MAP_CREATE, &map, "BPF_MAP_CREATE");
}

static void set_socket(int map, int socket) {
    uint32_t queue = 0;
    uint32_t value = (uint32_t)socket;
    union bpf_attr entry = {
        .map_fd = (uint32_t)map, .key = (uint64_t)(uintptr_t)&queue, .value = (uint64_t)(uintptr_t)&value};
    bpf(BPF_MAP_UPDATE_ELEM, &entry, "BPF_MAP_UPDATE_ELEM");
}

// return bpf_redirect_map(&map, context->rx_queue_index, XDP_PASS);
static void attach(int map, unsigned interface) {
    struct bpf_insn program[] = {
        {.code = BPF_LDX | BPF_MEM | BPF_W, .dst_reg = 2, .src_reg = 1, .off = offsetof(struct xdp_md, rx_queue_index)},
        {.code = BPF_LD | BPF_DW | BPF_IMM, .dst_reg = 1, .src_reg = BPF_PSEUDO_MAP_FD, .imm = map},
        {.code = 0}, // the second half of that instruction
        {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 3, .imm = XDP_PASS},
        {.code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_redirect_map},
        {.code = BPF_JMP | BPF_EXIT},
    };
    union bpf_attr load = {.prog_type = BPF_PROG_TYPE_XDP,
                           .insns = (uint64_t)(uintptr_t)program,
                           .insn_cnt = sizeof program / sizeof *program,
                           .license = (uint64_t)(uintptr_t) "Apache-2.0"};
    int loaded = bpf(BPF_PROG_LOAD, &load, "BPF_PROG_LOAD");
    union bpf_attr link = {.link_create = {.prog_fd = (uint32_t)loaded,
                                           .target_ifindex = interface,
                                           .attach_type = BPF_XDP,
                                           .flags = XDP_FLAGS_DRV_MODE}};
    bpf(BPF_LINK_CREATE, &link, "BPF_LINK_CREATE"); // held until this program ends
}

static void set_ring(int fd, int option, const char *what) {
    uint32_t entries = RING_ENTRIES;
    checked(setsockopt(fd, SOL_XDP, option, &entries, sizeof entries), what);
}

struct bounce {
    int fd;
    char *frames;
    struct ring fill, completed, arrived, leaving;
    uint64_t idle[FRAMES]; // frames that nobody else holds
    uint32_t idle_count;
};

static void open_socket(struct bounce *bounce, unsigned interface) {
    int fd = bounce->fd = checked(socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0), "socket(AF_XDP)");
    size_t octets = (size_t)FRAMES * FRAME_OCTETS;
    bounce->frames = mmap(NULL, octets, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (bounce->frames == MAP_FAILED) {
        fail("mmap of the frames");
    }
    struct xdp_umem_reg umem = {.addr = (uint64_t)(uintptr_t)bounce->frames, .len = octets, .chunk_size = FRAME_OCTETS};
    checked(setsockopt(fd, SOL_XDP, XDP_UMEM_REG, &umem, sizeof umem), "XDP_UMEM_REG");
    set_ring(fd, XDP_UMEM_FILL_RING, "XDP_UMEM_FILL_RING");
    set_ring(fd, XDP_UMEM_COMPLETION_RING, "XDP_UMEM_COMPLETION_RING");
    set_ring(fd, XDP_RX_RING, "XDP_RX_RING");
    set_ring(fd, XDP_TX_RING, "XDP_TX_RING");
    struct xdp_mmap_offsets at;
    socklen_t length = sizeof at;
    checked(getsockopt(fd, SOL_XDP, XDP_MMAP_OFFSETS, &at, &length), "XDP_MMAP_OFFSETS");
    bounce->fill = map_ring(fd, at.fr, XDP_UMEM_PGOFF_FILL_RING, sizeof(uint64_t));
    bounce->completed = map_ring(fd, at.cr, XDP_UMEM_PGOFF_COMPLETION_RING, sizeof(uint64_t));
    bounce->arrived = map_ring(fd, at.rx, XDP_PGOFF_RX_RING, sizeof(struct xdp_desc));
    bounce->leaving = map_ring(fd, at.tx, XDP_PGOFF_TX_RING, sizeof(struct xdp_desc));
    for (uint32_t frame = 0; frame < FRAMES; frame++) {
        bounce->idle[bounce->idle_count++] = (uint64_t)frame * FRAME_OCTETS;
    }
    struct sockaddr_xdp address = {
        .sxdp_family = AF_XDP, .sxdp_ifindex = interface, .sxdp_flags = XDP_COPY | XDP_USE_NEED_WAKEUP};
    checked(bind(fd, (struct sockaddr *)&address, sizeof address), "bind(AF_XDP)");
}

// Gives the kernel what it has room for to receive into.
static void refill(struct bounce *bounce) {
    struct ring *fill = &bounce->fill;
    uint32_t count = room(fill, RING_ENTRIES);
    count = count < bounce->idle_count ? count : bounce->idle_count;
    for (uint32_t i = 0; i < count; i++) {
        *address_slot(fill, fill->ours++) = bounce->idle[--bounce->idle_count];
    }
    __atomic_store_n(fill->producer, fill->ours, __ATOMIC_RELEASE);
}

static void collect_sent(struct bounce *bounce) {
    struct ring *completed = &bounce->completed;
    for (uint32_t count = filled(completed); count > 0; count--) {
        bounce->idle[bounce->idle_count++] = *address_slot(completed, completed->ours++);
    }
    __atomic_store_n(completed->consumer, completed->ours, __ATOMIC_RELEASE);
}

static void swap_addresses(char *frame) {
    char destination[ADDRESS_OCTETS];
    memcpy(destination, frame, ADDRESS_OCTETS);
    memcpy(frame, frame + ADDRESS_OCTETS, ADDRESS_OCTETS);
    memcpy(frame + ADDRESS_OCTETS, destination, ADDRESS_OCTETS);
}

// Takes what has arrived, as much as can be sent at once, and hands it back.
static uint32_t turn(struct bounce *bounce) {
    struct ring *arrived = &bounce->arrived;
    struct ring *leaving = &bounce->leaving;
    uint32_t count = filled(arrived);
    uint32_t free_slots = room(leaving, BATCH);
    count = count < BATCH ? count : BATCH;
    count = count < free_slots ? count : free_slots;
    for (uint32_t i = 0; i < count; i++) {
        struct xdp_desc *frame = frame_slot(arrived, arrived->ours++);
        swap_addresses(bounce->frames + frame->addr);
        *frame_slot(leaving, leaving->ours++) = (struct xdp_desc){.addr = frame->addr, .len = frame->len};
    }
    __atomic_store_n(arrived->consumer, arrived->ours, __ATOMIC_RELEASE);
    __atomic_store_n(leaving->producer, leaving->ours, __ATOMIC_RELEASE);
    return count;
}

// Copy mode sends within this call, up to 32 frames of it.
static void send_waiting(struct bounce *bounce) {
    struct ring *leaving = &bounce->leaving;
    while (__atomic_load_n(leaving->consumer, __ATOMIC_ACQUIRE) != leaving->ours &&
           (__atomic_load_n(leaving->flags, __ATOMIC_RELAXED) & XDP_RING_NEED_WAKEUP)) {
        if (sendto(bounce->fd, NULL, 0, MSG_DONTWAIT, NULL, 0) < 0 && errno != EAGAIN) {
            return; // busy or no buffers: what waits is sent with the next batch
        }
        collect_sent(bounce);
    }
}

int main(int count, char **arguments) {
    if (count != 2) {
        fprintf(stderr, "usage: xdp_bounce INTERFACE\n");
        return 2;
    }
    unsigned interface = if_nametoindex(arguments[1]);
    if (interface == 0) {
        fail(arguments[1]);
    }
    static struct bounce bounce;
    open_socket(&bounce, interface);
    refill(&bounce);
    int map = create_map();
    set_socket(map, bounce.fd);
    attach(map, interface);
    puts("ready");
    fflush(stdout);
    for (;;) {
        uint32_t taken = turn(&bounce);
        send_waiting(&bounce);
        collect_sent(&bounce);
        refill(&bounce);
        if (taken == 0) {
            struct pollfd arrivals = {.fd = bounce.fd, .events = POLLIN};
            poll(&arrivals, 1, 100);
        }
    }
}
