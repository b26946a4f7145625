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

        mpcsigner-node check [--config FILE] [--output table|json]
            Checks this machine: native libraries with self-tests, locked memory, hardening, clock; with --config
            also the options, the roster, the policy, the certificate and the identity. Changes nothing.

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
