package dev.trigon.linux.bpf;

/** Functions of the kernel that a program can call, by their numbers in linux/bpf.h. None of them asks for a GPL licence. */
public enum Helper {
    /** {@code void *bpf_map_lookup_elem(struct bpf_map *map, const void *key)}: the value, or 0. */
    MAP_LOOKUP_ELEM(1),
    /** {@code long bpf_redirect_map(struct bpf_map *map, u64 key, u64 flags)}: the flags' two lowest bits if there is no such key. */
    REDIRECT_MAP(51),
    /** {@code u64 bpf_xdp_get_buff_len(struct xdp_buff *xdp_md)}: the frame's octets, all of its buffers; Linux 5.18. */
    XDP_GET_BUFF_LEN(188);

    final int number;

    Helper(int number) {
        this.number = number;
    }
}
