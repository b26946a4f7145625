using System.Text;

namespace MpcSigner.Node.Commands;

internal static class Help
{
    private const string Verbs = """
        mpcsigner-node: one signer node of a threshold-signature cluster.

        mpcsigner-node run --config FILE
            Runs the node until SIGTERM or SIGINT. config/node.example.yaml explains every option.
            Prints one JSON line on standard output when it listens; logs go to standard error or a file.
            Set DOTNET_EnableDiagnostics=0 in its environment.

        mpcsigner-node init --directory DIR --name NAME --host HOST[,HOST...]
                            (--passphrase-file FILE | --passphrase-env NAME | --passphrase-prompt yes | --seal hsm
                             | --seal quorum --operators M --threshold K [--shares-to DIR])
                            [--hsm-module FILE --hsm-token LABEL [--hsm-serial SERIAL] [--hsm-identity yes]
                             (--hsm-pin-file FILE | --hsm-pin-env NAME | --hsm-pin-prompt yes)]
                            [--authority-cert FILE --authority-key FILE]
            Makes a node: an Ed25519 identity sealed under the passphrase, a P-256 TLS key and its certificate.
            --seal quorum: sealed under a secret that K of M operators open together (2 <= K <= M <= 16). Each share
            goes to a file of its own in DIR (NAME.operator-1.share, ...; mode 0600), to be handed to its operator and
            deleted; without DIR the shares are shown one by one at the terminal. They exist nowhere else.
            HOST: names and addresses that the certificate bears. Without the authority's key a signing request
            is written instead, for the authority to answer. --seal hsm: a key in the token seals in the passphrase's
            place; --hsm-identity yes: the identity is made in the token. A token serves one node. Never overwrites. Prints one JSON line: nid, identity
            public key and TLS pin, which the roster needs.

        mpcsigner-node unseal --config FILE [--share-file FILE]
            Gives one operator's share to a node that waits for its quorum, over the socket unseal.sock in its folder:
            as the node's user or root, on its machine. Without a file the share is asked for at the terminal, or read
            from standard input. Prints how many are given. The node opens at the K-th; what is not complete within
            'unseal_window' of the first share (15 min) is wiped and has to be given again. A share that is refused
            counts for nothing and locks nothing.

        mpcsigner-node unseal status --config FILE
            How many shares are given, and by which operators.

        mpcsigner-node identity new --config FILE
            Makes the identity key that is to follow, sealed beside the one in use, and prints its public key. Once a
            roster names it, with the former one among former_identity_keys, the running node signs with it and removes
            the former from the disk. Run again, it prints the same key.

        mpcsigner-node store restored --config FILE
            Says that this node's database was restored from a backup, or, where there is none, that it is lost: the next
            start makes an empty one. Peers then take the node as newer than all they have seen of it; what its shares
            lack is recovered by an order (mpcsigner node recover). The former process must be gone for good.

        mpcsigner-node peer readmit --config FILE --peer NAME|NODE-ID [--failures keep|forget]
            A peer that broke the protocol in a way no accident explains is left out, whatever process of this node runs,
            until its operator says otherwise: look into the log's evidence first, then stop the node. From its next start
            on the peer is chosen again. --failures forget also counts failed checks of pair setups with it from 0 again.

        mpcsigner-node cert new --config FILE [--host HOST[,HOST...]] [--authority-cert FILE --authority-key FILE]
            Makes the TLS key that is to follow, with its certificate, or a signing request (tls.next.csr) where the
            authority's key is not at hand: its answer goes to tls.next.crt. Prints the pin, which a roster must name
            beside the present one before the next step.

        mpcsigner-node cert use --config FILE
            Puts them in the place of tls.key and tls.crt. A running node sees it within seconds, or at once on SIGHUP,
            and shows the new certificate in new connections; it drops none.

        mpcsigner-node doctor [--config FILE] [--output table|json]
            Checks this machine: native libraries with self-tests, locked memory, hardening, clock; with --config
            also the options, the roster, the policy, the seal (UNSEALED, SEALED or TOKEN_LOST; the token with its
            PIN, mechanisms, key attributes and random generator), the certificate and the identity. Changes nothing.

        mpcsigner-node seal rotate --config FILE
            With the node stopped: a new generation of the key that shares are sealed under, every live share
            sealed anew, the old generation destroyed. Ends what was begun and interrupted. A running node does this
            by itself after shares were erased. Afterwards older copies of identity.sealed and of the database no
            longer fit: back both up together. Prints one JSON line.

        mpcsigner-node seal change --config FILE --to hsm|passphrase
            The same, but the new generation is kept by the token or passphrase that the options name under 'hsm' or
            'passphrase'. The one that is left is named under 'former_hsm' or 'former_passphrase' until the change has
            ended. Run again after an interruption, it goes on where it was.

        mpcsigner-node seal change --config FILE --to quorum --operators M --threshold K [--shares-to DIR]
            The same rotation, after which K of M operators open the node (again, with new shares, where a quorum did
            already: the former ones open nothing any more). The shares are handed out as by init, before anything changes.

        mpcsigner-node seal status --config FILE
            What keeps each generation of the sealing key and how many shares are under it (with the node stopped), keys
            that are to be destroyed in a token, and keys of this node in its tokens that no file names. One JSON line.

        mpcsigner-node seal forget-orphan --config FILE --id ID
            Destroys one of the latter for good. No backup that needs it opens afterwards.

        While a quorum seals the node, verbs that open its secrets with the node stopped (seal, identity) ask for K shares
        at the terminal, or read them from standard input, one a line.

        Exit codes:
        """;

    public static string Text
    {
        get
        {
            var text = new StringBuilder(Verbs);
            foreach (var code in Enum.GetValues<ExitCode>())
                text.AppendLine().Append($"  {(int)code,3}  {code}: {ExitCodes.Explain(code)}");
            return text.ToString();
        }
    }
}
