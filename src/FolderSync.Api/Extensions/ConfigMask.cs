using System.Text;
using FolderSync.Api.Http;
using FolderSync.Configuration.Yaml;

namespace FolderSync.Api.Extensions;

/// <summary>Masks the secrets in a configuration's text. Pure.</summary>
internal static class ConfigMask
{
    /// <summary>Shorter secrets would match ordinary words.</summary>
    private const int ShortestRepeated = 8;

    /// <param name="file">The name used in messages.</param>
    /// <exception cref="ConfigException">The text is not a YAML document.</exception>
    public static string Of(string file, string text)
    {
        var secrets = new List<YamlScalar>();
        Find(ConfigDocument.Parse(file, text).Root, isSecret: false, secrets);
        var masked = new StringBuilder(text);
        foreach (var secret in secrets.OrderByDescending(s => s.Start))
        {
            var end = secret.IsBlock ? text.AsSpan(0, secret.End).TrimEnd().Length : secret.End;
            masked.Remove(secret.Start, end - secret.Start).Insert(secret.Start, SecretMask.Mask);
        }
        // A user may have repeated a secret in a comment.
        foreach (var secret in secrets.Where(s => s.Value.Length >= ShortestRepeated))
            masked.Replace(secret.Value, SecretMask.Mask);
        return masked.ToString();
    }

    private static void Find(YamlNode? node, bool isSecret, List<YamlScalar> secrets)
    {
        switch (node)
        {
            case YamlScalar { IsNull: false, Value.Length: > 0 } scalar when isSecret:
                secrets.Add(scalar);
                break;
            case YamlMap map:
                foreach (var entry in map.Entries)
                    Find(entry.Value, isSecret || SecretMask.IsSecret(entry.Key.Value), secrets);
                break;
            case YamlSequence sequence:
                foreach (var item in sequence.Items)
                    Find(item, isSecret, secrets);
                break;
        }
    }
}
