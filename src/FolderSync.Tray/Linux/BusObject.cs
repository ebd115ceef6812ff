using Tmds.DBus.Protocol;

namespace FolderSync.Tray.Linux;

/// <summary>An object with one interface for callers on the bus. It answers on the receive loop, so nothing in it may wait.</summary>
internal abstract class BusObject(string path, string @interface, string introspection) : IPathMethodHandler
{
    private const string PropertiesInterface = "org.freedesktop.DBus.Properties";
    private const string InvalidArguments = "org.freedesktop.DBus.Error.InvalidArgs";

    public string Path => path;

    public bool HandlesChildPaths => false;

    protected abstract KeyValuePair<string, VariantValue>[] Properties { get; }

    /// <summary>The library answers the rest: there is no such method.</summary>
    public ValueTask HandleMethodAsync(MethodContext context)
    {
        var (asked, member) = (context.Request.InterfaceAsString, context.Request.MemberAsString ?? "");
        if (context.IsDBusIntrospectRequest)
            Reply(context, "s", (ref writer) => writer.WriteString(introspection));
        else if (asked == PropertiesInterface)
            AnswerProperties(context, member);
        else if (asked == @interface)
            Answer(context, member);
        return default;
    }

    /// <summary>Handles a call of the object's own interface.</summary>
    protected abstract void Answer(MethodContext context, string member);

    /// <summary>False: the caller got an error about the argument types; don't read the arguments.</summary>
    protected static bool HasArguments(MethodContext context, string signature)
    {
        if ((context.Request.SignatureAsString ?? "") == signature)
            return true;
        context.ReplyError(InvalidArguments, $"{context.Request.MemberAsString} expects arguments of the types \"{signature}\".");
        return false;
    }

    protected static void ReplyInvalid(MethodContext context, string reason) => context.ReplyError(InvalidArguments, reason);

    /// <param name="signature">Null: an empty reply.</param>
    protected static void Reply(MethodContext context, string? signature = null, BusBody? body = null)
    {
        var writer = context.CreateReplyWriter(signature);
        try
        {
            body?.Invoke(ref writer);
            context.Reply(writer.CreateMessage());
        }
        finally
        {
            writer.Dispose();
        }
    }

    private void AnswerProperties(MethodContext context, string member)
    {
        if (member == "GetAll" && HasArguments(context, "s"))
        {
            Reply(context, "a{sv}", (ref writer) => writer.WriteDictionary(Properties));
        }
        else if (member == "Get" && HasArguments(context, "ss"))
        {
            var arguments = context.Request.GetBodyReader();
            _ = arguments.ReadString();
            var name = arguments.ReadString();
            if (Properties.FirstOrDefault(p => p.Key == name) is { Key: not null } property)
                Reply(context, "v", (ref writer) => writer.WriteVariant(property.Value));
            else
                ReplyInvalid(context, "There is no such property.");
        }
    }
}
