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
                            (--passphrase-file FILE | --passphrase-env NAME | --passphrase-prompt yes)
                            [--authority-cert FILE --authority-key FILE]
            Makes a node: an Ed25519 identity sealed under the passphrase, a P-256 TLS key and its certificate.
            HOST: names and addresses that the certificate bears. Without the authority's key a signing request
            is written instead, for the authority to answer. Never overwrites. Prints one JSON line: nid, identity
            public key and TLS pin, which the roster needs.

        mpcsigner-node identity new --config FILE
            Makes the identity key that is to follow, sealed beside the one in use, and prints its public key. Once a
            roster names it, with the former one among former_identity_keys, the running node signs with it and removes
            the former from the disk. Run again, it prints the same key.

        mpcsigner-node cert new --config FILE [--host HOST[,HOST...]] [--authority-cert FILE --authority-key FILE]
            Makes the TLS key that is to follow, with its certificate, or a signing request (tls.next.csr) where the
            authority's key is not at hand: its answer goes to tls.next.crt. Prints the pin, which a roster must name
            beside the present one before the next step.

        mpcsigner-node cert use --config FILE
            Puts them in the place of tls.key and tls.crt. A running node sees it within seconds, or at once on SIGHUP,
            and shows the new certificate in new connections; it drops none.

        mpcsigner-node store new --config FILE
            After the database was lost for good: lets the next start make an empty one, under the same identity. The
            node then holds no share; mpcsigner node recover has the others rebuild them. Refused while there is a
            database. What the node had booked is forgotten: wait until requests of that time have expired.

        mpcsigner-node check [--config FILE] [--output table|json]
            Checks this machine: native libraries with self-tests, locked memory, hardening, clock; with --config
            also the options, the roster, the policy, the certificate and the identity. Changes nothing.

        mpcsigner-node seal rotate --config FILE
            With the node stopped: a new generation of the key that shares are sealed under, every live share
            sealed anew, the old generation destroyed. Ends what was begun and interrupted. A running node does this
            by itself after shares were erased. Afterwards older copies of identity.sealed and of the database no
            longer fit: back both up together. Prints one JSON line.

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
