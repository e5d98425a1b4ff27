package dev.trigon.dataplane.doctor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;

/** Whether vipd can open what it will need: sockets of the control API, files that it saves. */
final class OpenFilesCheck implements Check {
    private static final double MOST = 0.8;

    @Override
    public String name() {
        return "open-files";
    }

    @Override
    public List<Finding> look(Patient patient) {
        Host.Descriptors files;
        try {
            files = patient.host().openFiles();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Findings found = new Findings(name());
        String seen = files.limit() == Long.MAX_VALUE
                ? files.open() + " open, without a limit"
                : String.format(Locale.ROOT, "%d open of at most %d", files.open(), files.limit());
        if (files.open() > MOST * files.limit()) {
            found.wrong(
                    "vipd",
                    seen,
                    "soon no change is saved and vipctl is not answered; forwarding goes on",
                    Remedy.byHand("LimitNOFILE=65536 in vipd's systemd unit, and systemctl restart vipd"));
        } else {
            found.well("vipd", seen);
        }
        return found.all();
    }
}
