package dev.trigon.dataplane.control;

import dev.trigon.dataplane.service.Refusal;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/**
 * The control socket's place in the file system.
 *
 * <p>bind(2) gives a socket the mode that the umask leaves, and the umask is the whole process's. So the socket is bound in a
 * directory beside its place, which only root may enter, gets its mode there, and is then renamed into place: a socket is
 * reached through its inode, so a rename does not disturb it, and nobody ever sees it at its place with another mode. The
 * rename also replaces what a dead vipd left, with no moment in which there is nothing.
 */
final class ControlSocket {
    /** sun_path in {@code struct sockaddr_un}, sys/un.h, less its terminating zero. */
    private static final int MAX_PATH_OCTETS = 107;

    private final Path place;
    private final Path workshop;
    private @Nullable Object inode;

    private ControlSocket(Path place, Path workshop) {
        this.place = place;
        this.workshop = workshop;
    }

    /** Refused where a living vipd answers there, or where something lies that is no socket. */
    static ControlSocket claim(Path place) throws Refusal {
        Path directory = place.toAbsolutePath().getParent();
        if (directory == null) {
            throw refused(place, "it is no path of a file", "give one such as /run/trigon/vipd.sock");
        }
        Path workshop = directory.resolve("." + ProcessHandle.current().pid() + ".new");
        ControlSocket socket = new ControlSocket(place, workshop);
        int octets = socket.bindPath().toString().getBytes(StandardCharsets.UTF_8).length;
        if (octets > MAX_PATH_OCTETS) {
            throw refused(
                    place,
                    "its path is " + (octets - MAX_PATH_OCTETS) + " octets too long for a socket",
                    "choose a shorter one");
        }
        checkFree(place);
        try {
            Files.createDirectories(directory);
            socket.clearWorkshop();
            Files.createDirectory(
                    workshop, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (IOException e) {
            throw impossible(place, e);
        }
        return socket;
    }

    private static Refusal impossible(Path place, IOException e) {
        return refused(place, "it cannot be made (" + e + ")", "check its directory, and that vipd runs as root");
    }

    private static Refusal refused(Path place, String why, String remedy) {
        return new Refusal("control socket " + place, why, remedy);
    }

    /** Refused as by {@link #claim}, without claiming it. */
    static void checkFree(Path place) throws Refusal {
        if (!Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (!isSocket(place)) {
            throw refused(place, "there is a file that is no socket", "move it away, or give another path");
        }
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(place));
        } catch (IOException nobodyAnswers) {
            return;
        }
        throw refused(place, "another vipd runs here", "stop that one, or give this one a socket of its own");
    }

    private static boolean isSocket(Path place) throws Refusal {
        try {
            return Files.readAttributes(place, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                    .isOther();
        } catch (IOException e) {
            throw impossible(place, e);
        }
    }

    /** Where to bind. */
    Path bindPath() {
        return workshop.resolve("s");
    }

    /** Puts the bound socket into its place. */
    void publish() throws IOException {
        Files.setPosixFilePermissions(bindPath(), PosixFilePermissions.fromString("rw-------"));
        inode = inode(bindPath());
        Files.move(bindPath(), place, StandardCopyOption.ATOMIC_MOVE);
        Files.delete(workshop);
    }

    /** Removes the socket, unless another has taken its place since. */
    void remove() throws IOException {
        clearWorkshop();
        if (inode != null && Files.exists(place, LinkOption.NOFOLLOW_LINKS) && inode.equals(inode(place))) {
            Files.delete(place);
        }
    }

    private void clearWorkshop() throws IOException {
        Files.deleteIfExists(bindPath());
        Files.deleteIfExists(workshop);
    }

    private static @Nullable Object inode(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
    }
}
